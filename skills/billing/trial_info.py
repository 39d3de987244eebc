"""Where a trial stands: its end, a longer one, what fits into it, and until when its data is kept."""

from datetime import timedelta

from pydantic import BaseModel

from core.action import Effect
from core.conversation import Sentence
from skills.arguments import account_of
from skills.billing.records import Status, Subscription
from skills.contract import Context, Done, Prepared, Ready, Refuse, Skill, Slots
from skills.wording import say


class Nothing(BaseModel):
    """No arguments."""


class Trial(BaseModel):
    """When a trial ends or ended, and the last day of its data."""

    ends_on: str | None = None
    data_until: str | None = None


async def prepare(context: Context, slots: Slots) -> Prepared:
    if context.account_id is None:
        return Refuse(code="no_account", sentences=(), denies=False, question=True)
    return Ready(arguments={})


async def execute(context: Context, arguments: BaseModel, key: str) -> Done:
    account_id = account_of(context)
    subscription = await context.ports.billing.subscription(account_id)
    ends = subscription.ends_on
    if subscription.status not in (Status.TRIAL, Status.TRIAL_ENDED) or ends is None:
        return Done(result=Trial(), sentences=(say("billing.refusal_not_on_trial", account_id),))
    kept = ends + timedelta(days=context.ports.prices.catalogue.number("trial", "data_kept_days"))
    result = Trial(ends_on=ends.isoformat(), data_until=kept.isoformat())
    return Done(result=result, sentences=trial_sentences(context, subscription))


def trial_sentences(context: Context, subscription: Subscription) -> tuple[Sentence, ...]:
    """What is to be said of a trial that runs or has ended; nothing without an end."""
    account_id, ends = subscription.account_id, subscription.ends_on
    if ends is None:
        return ()
    rules = context.ports.prices.catalogue
    kept = ends + timedelta(days=rules.number("trial", "data_kept_days"))
    more = rules.number("trial", "extension_days")
    used = bool(subscription.history.trial_extensions)
    if subscription.status is Status.TRIAL_ENDED:
        told = [say("billing.trial_over", account_id, day=ends, kept=kept)]
    else:
        most = rules.number("trial", "max_seats")
        told = [
            say("billing.trial_ends", account_id, day=ends, kept=kept),
            say(
                "billing.trial_seats",
                account_id,
                free=max(0, most - subscription.seats_used),
                used=subscription.seats_used,
                most=most,
            ),
        ]
    if used:
        told.append(say("billing.refusal_extension_used", account_id))
    elif subscription.status is Status.TRIAL:
        told.insert(1, say("billing.trial_longer", account_id, days=more, day=ends + timedelta(days=more)))
    return tuple(told)


TRIAL_STATUS = Skill(
    id="trial_status",
    version=1,
    title="About the trial",
    description="Says when the trial ends, how far it can be extended, how many people fit and how long its data is kept.",
    owner="billing",
    effect=Effect.READ,
    scopes=frozenset({"billing:read"}),
    fields=frozenset({"plan", "seats"}),
    arguments=Nothing,
    result=Trial,
    prepare=prepare,
    execute=execute,
    needs_account=False,
)
