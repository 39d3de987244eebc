"""The referral programme: how it works, and a link to give to another company."""

import re

from pydantic import BaseModel

from core.action import Effect
from core.conversation import Offer, Sentence
from core.money import Money
from skills.arguments import Said, account_of, default, typed
from skills.billing.changes import Change, CreateReferralLink
from skills.billing.changing import Changed, Sketch, applied, changed, facts_of, proposed, receipt_rows
from skills.contract import Context, Done, Prepared, Ready, Skill, Slots
from skills.wording import counted, say, spelled

MOST_TOLD = 4
NUMBERS: tuple[str, ...] = (
    "one two three four five six seven eight nine ten",
    "ein zwei drei vier fünf sechs sieben acht neun zehn",
    "un deux trois quatre cinq six sept huit neuf dix",
    "una dos tres cuatro cinco seis siete ocho nueve diez",
)
NUMBER = "|".join(word for words in NUMBERS for word in words.split())
HAD = re.compile(
    rf"\b(?:had|got|have|received|earned|collected|schon|bereits|déjà|ya)\s+(?:already\s+|had\s+)?(?P<number>\d{{1,2}}"
    rf"|{NUMBER})\b"
    r"(?=.*\b(?:left|more|still|further|remain\w*|noch|encore|más|come)\b)",
    re.IGNORECASE,
)
JOINED = re.compile(
    rf"\b(?P<number>\d{{1,2}}|{NUMBER})\s+(?:\w+\s+){{0,3}}?(?:compan\w+|firms?|clubs?|friends?|business\w*|rewards?"
    rf"|referrals?|customers?"
    r"|organisations?|shops?|joined|signed|firmen|unternehmen|entreprises?|sociétés?|empresas|virksomheder|bedrijven"
    r"|aziende)\b",
    re.IGNORECASE,
)
SUMS = re.compile(
    r"\b(?:most|max\w*|at best|up to|how much|worth|höchst\w*|combien|cuánto|hvor meget|hoeveel|quanto)\b", re.IGNORECASE
)
OFFER = Offer(kind="referral", item="referral", origin="customer")


class Nothing(BaseModel):
    """No arguments."""


class Rewards(BaseModel):
    """How many rewards the customer speaks of: to come, or had this year."""

    number: int | None = None
    had: bool = False
    sums: bool = False


class Standing(BaseModel):
    """Whether this account may refer others today; unknown without an account."""

    eligible: bool | None = None


async def prepare_explain(context: Context, slots: Slots) -> Prepared:
    said = Said(context, slots)
    had, joined = HAD.search(context.said), JOINED.search(context.said)
    named = had or joined
    number = _number(named["number"]) if named else None
    arguments = {
        "number": said.words(number) if number else default(None),
        "had": said.words(had is not None),
        "sums": said.words(said.mentions(SUMS)),
    }
    return Ready(arguments=arguments, offer=OFFER)


async def execute_explain(context: Context, arguments: BaseModel, key: str) -> Done:
    rules = context.ports.prices.catalogue
    reward = Money(rules.number("referral", "reward_credit_minor_usd"), "USD")
    told = [
        *_sums(typed(Rewards, arguments), reward, rules.number("referral", "max_per_calendar_year")),
        say("billing.referral_reward", reward=reward, seats=rules.number("referral", "friend_min_seats")),
        say(
            "billing.referral_friend",
            percent=rules.number("referral", "friend_percent"),
            months=rules.number("referral", "friend_months"),
        ),
        say(
            "billing.referral_hold",
            days=rules.number("referral", "hold_days"),
            most=rules.number("referral", "max_per_calendar_year"),
            worth=reward.times(rules.number("referral", "max_per_calendar_year")),
        ),
    ]
    if context.account_id is None:
        return Done(result=Standing(), sentences=tuple(told[:MOST_TOLD]), offer=OFFER)
    subscription = await context.ports.billing.subscription(context.account_id)
    least = rules.number("referral", "min_paid_months")
    eligible = subscription.paid_months >= least and not subscription.overdue
    link = say("billing.referral_link", context.account_id, days=rules.number("referral", "link_days"))
    told.append(link if eligible else say("billing.referral_not_yet", context.account_id, months=counted(least, "month")))
    return Done(result=Standing(eligible=eligible), sentences=tuple(told[:MOST_TOLD]), offer=OFFER)


async def prepare_link(context: Context, slots: Slots) -> Prepared:
    sketch = Sketch(
        arguments={},
        title="Create a referral link",
        rule="For your own company or group no reward is paid. The link can be given to one or several companies.",
        values={"months": context.ports.prices.catalogue.number("referral", "min_paid_months")},
        offer=OFFER,
    )
    return await proposed(context, CreateReferralLink(), sketch)


async def execute_link(context: Context, arguments: BaseModel, key: str) -> Done:
    receipt = await applied(context, CreateReferralLink(), key)
    day = receipt.expires_on or receipt.effective_on
    told = say("billing.referral_created", receipt.number, account_of(context), day=day)
    return Done(
        result=changed(receipt),
        sentences=(told,),
        receipt=receipt_rows(receipt, ("Valid until", spelled(day))),
        offer=OFFER,
    )


def _number(word: str) -> int:
    places = [words.split().index(word.casefold()) + 1 for words in NUMBERS if word.casefold() in words.split()]
    return int(word) if word.isdigit() else places[0]


def _sums(asked: Rewards, reward: Money, most: int) -> list[Sentence]:
    """What so many rewards are worth, what is left of the year's, or the most of a year."""
    if asked.number is not None and asked.had:
        left = max(0, most - asked.number)
        return [say("billing.referral_left", had=asked.number, left=left, worth=reward.times(left), reward=reward)]
    if asked.number is not None:
        number = min(asked.number, most)
        return [say("billing.referral_worth", number=number, worth=reward.times(number), reward=reward)]
    return [say("billing.referral_most", worth=reward.times(most), most=most, reward=reward)] if asked.sums else []


def _link(arguments: BaseModel) -> Change:
    return CreateReferralLink()


EXPLAIN_REFERRAL = Skill(
    id="explain_referral",
    version=1,
    title="About referrals",
    description="Explains the referral programme and whether this account can take part.",
    owner="billing",
    effect=Effect.READ,
    scopes=frozenset({"billing:read"}),
    fields=frozenset({"plan", "payments"}),
    arguments=Rewards,
    result=Standing,
    prepare=prepare_explain,
    execute=execute_explain,
    needs_account=False,
)

CREATE_REFERRAL_LINK = Skill(
    id="create_referral_link",
    version=1,
    title="Referral link",
    description="Creates a link with which another company can be referred.",
    owner="billing",
    effect=Effect.WRITE,
    scopes=frozenset({"billing:read", "billing:write"}),
    fields=frozenset({"payments"}),
    arguments=Nothing,
    result=Changed,
    prepare=prepare_link,
    execute=execute_link,
    facts=facts_of(_link),
)
