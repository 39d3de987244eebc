"""Who is asking, for whom, and how sure we are of it."""

from dataclasses import dataclass, field, replace
from enum import StrEnum


class Assurance(StrEnum):
    """How well a customer's identity is proved. A name typed in a message never raises it."""

    ANONYMOUS = "anonymous"
    CLAIMED = "claimed"
    VERIFIED = "verified"


class PrincipalKind(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    ASSISTANT = "assistant"
    SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """A company that runs Rapport, and the region in which its data must stay."""

    id: str
    region: str


@dataclass(frozen=True, kw_only=True)
class Principal:
    """The person or program on whose authority something is done.

    For a customer `account_id` and `contact_id` are set once the identity is at least claimed; `roles` are those that the contact
    holds in its own company (Owner, Billing admin, ...), read from the CRM, never from a message. For an agent they are the
    desk's (support_agent, billing_lead, ...). `step_up` says that a mailed code was confirmed lately in this conversation.
    """

    kind: PrincipalKind
    id: str
    tenant: Tenant
    name: str = ""
    roles: frozenset[str] = field(default_factory=frozenset[str])
    account_id: str | None = None
    contact_id: str | None = None
    assurance: Assurance = Assurance.ANONYMOUS
    step_up: bool = False

    @property
    def verified(self) -> bool:
        return self.assurance is Assurance.VERIFIED

    @property
    def person_id(self) -> str:
        """The key under which this person's content is encrypted: stable for a contact, else the visitor's own id."""
        return self.contact_id or self.id

    def stepped_up(self) -> "Principal":
        """The same principal after a mailed code was confirmed in this conversation."""
        return replace(self, step_up=True)
