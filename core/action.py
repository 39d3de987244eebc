"""The one type with consequences, and the three things that policy can say of it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.people import Principal


class Effect(StrEnum):
    """What an action does to the world; policy groups are named after these."""

    READ = "read"
    WRITE = "write"
    MONEY = "money"
    MESSAGE = "message"


class Origin(StrEnum):
    """Where a value came from. Policy trusts a record more than a person's words, and a document not at all.

    `VERIFIED_CUSTOMER` is a customer whose identity is proved; `POLICY` a price list or a rule; `TOOL` free text that a tool
    brought back (a ticket, a note in the CRM, a mail header), which somebody outside may have written; `MODEL` made up.
    """

    CUSTOMER = "customer"
    VERIFIED_CUSTOMER = "verified_customer"
    AGENT = "agent"
    RECORD = "record"
    COMPUTED = "computed"
    DEFAULT = "default"
    POLICY = "policy"
    DOCUMENT = "document"
    TOOL = "tool"
    MODEL = "model"


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where a value came from: the kind of source, and its id (a message, a record, a passage)."""

    origin: Origin
    source_id: str


Scalar = str | int | bool | None


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One value of an action, with where it came from. Money is an int in minor units; a date is ISO text.

    `content` is wording that is passed on (a subject, a note, a description) and steers nothing: neither to whom, nor what, nor
    how much.
    """

    value: Scalar
    provenance: Provenance
    content: bool = False


@dataclass(frozen=True, kw_only=True)
class ActionRequest:
    """Something that somebody wants done. Nothing with an effect, and no read of customer data, happens without one.

    `raised_by` is who brought it up: the customer asked, the bot proposed, an agent pressed, or a play fired.
    `idempotency_key` is the same for every attempt at the same thing.
    """

    id: str
    skill: str
    effect: Effect
    arguments: Mapping[str, Argument]
    principal: Principal
    account_id: str | None
    conversation_id: str
    correlation_id: str
    idempotency_key: str
    requested_at: datetime
    raised_by: str = "customer"

    def values(self) -> dict[str, Scalar]:
        """The plain values by name."""
        return {name: argument.value for name, argument in self.arguments.items()}

    @property
    def arguments_hash(self) -> str:
        """SHA-256 over skill, account and exact arguments: what a confirmation or an approval is bound to."""
        body = json.dumps([self.skill, self.account_id, self.values()], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(body.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a policy said what it said. `customer` may be shown to customers; `agent` only to staff."""

    code: str
    customer: str
    agent: str


@dataclass(frozen=True, kw_only=True)
class Allow:
    """It may happen."""

    policies: tuple[str, ...]
    version: str
    reasons: tuple[Reason, ...] = ()
    name: str = field(default="allow", init=False)


@dataclass(frozen=True, kw_only=True)
class Deny:
    """It may not happen, and why."""

    policies: tuple[str, ...]
    version: str
    reasons: tuple[Reason, ...]
    name: str = field(default="deny", init=False)


@dataclass(frozen=True, kw_only=True)
class NeedsApproval:
    """It may happen once somebody with the role `approver`, who isn't the requester, says so."""

    approver: str
    policies: tuple[str, ...]
    version: str
    reasons: tuple[Reason, ...]
    name: str = field(default="needs_approval", init=False)


Decision = Allow | Deny | NeedsApproval
