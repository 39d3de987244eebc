"""What a skill is: typed arguments and result, an effect, limits, approved wording, and three functions.

A skill is understood from its `examples`, asked for by its `slots`, proposed by `prepare`, judged by the gate, shown as a
card, run by `execute`, undone by `compensate`. Adding one to `skills.catalogue.CATALOGUE` is all it takes.
Its examples stand in the `examples.toml` of its domain, or beside it in `examples`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from core.action import Argument, Effect
from core.clock import Clock
from core.conversation import Citation, Offer, Sentence
from core.language import IntentSpec, SlotSpec, SlotValue
from core.people import Principal
from skills.billing.port import Billing
from skills.billing.pricebook import InternalTerms
from skills.billing.prices import PriceList, Wanted
from skills.crm.port import Crm
from skills.examples import examples_of
from skills.helpdesk.port import Helpdesk

__all__ = [
    "Ask",
    "Context",
    "Detour",
    "Done",
    "Execute",
    "Judge",
    "Limits",
    "Ports",
    "Prepare",
    "Prepared",
    "Ready",
    "Refuse",
    "Skill",
    "Slots",
    "Wanted",
    "approved",
    "cited",
    "from_record",
]


@dataclass(frozen=True, kw_only=True)
class Ports:
    """The systems behind the skills, and the price list. A skill sees those that its scopes name; the others raise `NotAllowed`.

    `prices` is public and open to all; `terms` (scope `terms:read`) is what staff and policy know and customers are never told.
    """

    billing: Billing
    crm: Crm
    helpdesk: Helpdesk
    prices: PriceList
    terms: InternalTerms


@dataclass(frozen=True, kw_only=True)
class Context:
    """What every function of a skill is given. `said` is the customer's present message, for words that the slots missed."""

    principal: Principal
    account_id: str | None
    conversation_id: str
    ports: Ports
    clock: Clock
    language: str = "en"
    said: str = ""
    message_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long a skill may take (a deadline over all tries), how often it may try, and how many may run at once."""

    deadline_s: float = 5.0
    tries: int = 3
    per_second: float = 200.0
    at_once: int = 32


@dataclass(frozen=True, kw_only=True)
class Detour:
    """Another skill to put to the customer first, once: an offer to stay before a cancellation."""

    skill: str
    slots: Mapping[str, Argument]


@dataclass(frozen=True, kw_only=True)
class Ready:
    """All is known: the exact arguments with their provenance, and how the card shows them.

    `rows` are label and value in the customer's words; `rule` the one line under which it happens; `facts` are what policy
    should know of this very request (basis, amount_usd_minor, discount_percent, ...), by the names of `governance.facts.Facts`.
    `offer` says that carrying this out is a sale.
    """

    arguments: Mapping[str, Argument]
    title: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    rule: str = ""
    facts: Mapping[str, object] = field(default_factory=dict[str, object])
    intro: tuple[Sentence, ...] = ()
    instead: Detour | None = None
    offer: Offer | None = None


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A slot is missing or unclear: the question to put. `choices` may become buttons."""

    slot: str
    question: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Refuse:
    """It can't be done for a reason of fact, told to the customer in `sentences` (with what is possible instead).

    `denies` says that it counts as a refusal of the action; `arguments` and `facts` are then what policy is told of it.
    `question` says that nothing is refused: there is nothing here to work out, and the help centre should answer instead.
    """

    code: str
    sentences: tuple[Sentence, ...]
    handoff: str | None = None
    denies: bool = True
    question: bool = False
    arguments: Mapping[str, Argument] = field(default_factory=dict[str, Argument])
    facts: Mapping[str, object] = field(default_factory=dict[str, object])


Prepared = Ready | Ask | Refuse


@dataclass(frozen=True, kw_only=True)
class Done:
    """What came of it: the result model, what to tell the customer, and a receipt (label and value) when something changed.

    `then` is what the customer most likely wants next, to be proposed without being asked for: the refund of a double charge.
    """

    result: BaseModel
    sentences: tuple[Sentence, ...]
    receipt: tuple[tuple[str, str], ...] = ()
    offer: Offer | None = None
    handoff: str | None = None
    promise: str | None = None
    then: Detour | None = None


Slots = Mapping[str, SlotValue]
Prepare = Callable[[Context, Slots], Awaitable[Prepared]]
Execute = Callable[[Context, BaseModel, str], Awaitable[Done]]
Judge = Callable[[Context, BaseModel], Awaitable[Mapping[str, object]]]


@dataclass(frozen=True, kw_only=True)
class Skill:
    """A skill as declared. `execute` gets context, arguments and the idempotency key; so does `compensate`.

    `fields` are the fields of a customer's data that it may see; `scopes` the ports and rights its credentials carry,
    spelled `billing:read`, `billing:write`, `crm:write`, ... `compensate` takes back what was executed under the same key.
    `facts` works out from the exact arguments, and the records as they are now, what policy should know (as in `Ready.facts`):
    it is asked again at execution.
    """

    id: str
    version: int
    title: str
    description: str
    owner: str
    effect: Effect
    scopes: frozenset[str]
    fields: frozenset[str]
    arguments: type[BaseModel]
    result: type[BaseModel]
    prepare: Prepare
    execute: Execute
    compensate: Execute | None = None
    facts: Judge | None = None
    examples: tuple[str, ...] = ()
    slots: tuple[SlotSpec, ...] = ()
    limits: Limits = Limits()
    needs_account: bool = True

    @property
    def intent(self) -> IntentSpec:
        examples = self.examples or examples_of(self.id)
        return IntentSpec(name=self.id, description=self.description, examples=examples, slots=self.slots)


def cited(text: str, *citations: Citation) -> Sentence:
    """A sentence that stands on passages."""
    return Sentence(text=text, citations=citations)


def from_record(text: str, *record_ids: str) -> Sentence:
    """A sentence that states what a record says; the ids name the records (an invoice, an account)."""
    return Sentence(text=text, record_ids=record_ids)


def approved(text: str, wording_id: str) -> Sentence:
    """A sentence of approved wording, by its id."""
    return Sentence(text=text, approved=wording_id)
