"""What policy is told about the world when it decides on a request."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Self

from core.errors import BadInput

Fact = str | int | bool


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One value per fact; None means unknown, and what policy needs but doesn't know it denies.

    Gathered anew for every decision: when the card is proposed, and again at execution. Amounts are US cents, counts and days
    whole numbers, `weekday` 0 for Monday to 6, `local_hour` 0 to 23 in the account's time zone. Percentages are whole.
    Counts never include the very thing under decision: an offer that is being accepted counts as none shown before it.
    `days_since_p1_closed` is 9999 when there never was one. `granted_usd_minor_90d` is all that was given for the same cause,
    `credits_usd_minor_90d` the credit given on this account for any cause; both include what is reserved.
    """

    kill_switch: bool | None = None
    skill_frozen: bool | None = None
    own_account: bool | None = None

    account_status: str | None = None
    plan: str | None = None
    billing: str | None = None
    term_months: int | None = None
    region: str | None = None
    data_region: str | None = None
    segment: str | None = None
    currency: str | None = None
    business_closing: bool | None = None

    open_p1: bool | None = None
    open_p2: bool | None = None
    days_since_p1_closed: int | None = None
    dispute: bool | None = None
    payment_failed: bool | None = None
    dunning_day: int | None = None
    overdue: bool | None = None

    existing_discount: bool | None = None
    save_offers_12m: int | None = None
    save_offers_in_conversation: int | None = None
    discount_percent: int | None = None
    offer_percent: int | None = None

    amount_usd_minor: int | None = None
    granted_usd_minor_90d: int | None = None
    credits_usd_minor_90d: int | None = None
    form: str | None = None
    basis: str | None = None

    permitted: bool | None = None
    permitted_code: str | None = None
    seats_after: int | None = None
    seats_used: int | None = None
    days_to_renewal: int | None = None
    notice_passed: bool | None = None
    pauses_12m: int | None = None
    trial_extensions: int | None = None
    extension_days: int | None = None
    payment_extensions_12m: int | None = None

    channel: str | None = None
    consent: str | None = None
    live: bool | None = None
    local_hour: int | None = None
    weekday: int | None = None
    contacts_in_window: int | None = None
    offers_in_conversation: int | None = None
    nps: int | None = None
    nps_age_days: int | None = None
    referral_paid_months: int | None = None

    approver_role: str | None = None
    approver_is_requester: bool | None = None

    def with_(self, **changes: Fact | None) -> Self:
        """The same facts with some replaced. Raises `BadInput` for a name that isn't a fact."""
        if unknown := sorted(changes.keys() - KINDS.keys()):
            raise BadInput(f"No such fact: {', '.join(unknown)}. Use the names of governance.facts.Facts.", facts=unknown)
        return replace(self, **changes)

    def merged(self, changes: Mapping[str, object]) -> Self:
        """The same as `with_` for facts that a skill declares as plain values. Raises `BadInput` for any other value."""
        plain: dict[str, Fact | None] = {}
        for name, value in changes.items():
            if value is not None and not isinstance(value, str | int | bool):
                raise BadInput(f"The fact {name} must be a text, a whole number, true or false.", fact=name)
            plain[name] = value
        return self.with_(**plain)

    def known(self) -> dict[str, Fact]:
        """What is known, by name: for decision records."""
        return {name: value for name in KINDS if (value := getattr(self, name)) is not None}


def _kinds() -> dict[str, type[Fact]]:
    declared: dict[object, type[Fact]] = {str | None: str, int | None: int, bool | None: bool}
    return {field.name: declared[field.type] for field in fields(Facts)}


KINDS: Mapping[str, type[Fact]] = _kinds()
