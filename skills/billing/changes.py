"""Everything that may be asked of a subscription, one frozen value each."""

from dataclasses import dataclass
from datetime import date

from core.money import Money
from skills.billing.records import RefundBasis


@dataclass(frozen=True, kw_only=True)
class ChangePlan:
    """Another plan or billing rhythm; also how a trial becomes a customer. `None` keeps what the account has."""

    plan: str
    billing: str | None = None
    seats: int | None = None


@dataclass(frozen=True, kw_only=True)
class SetSeats:
    """The number of paid seats: more at once, fewer from the next renewal (monthly: the next period)."""

    seats: int


@dataclass(frozen=True, kw_only=True)
class SeatsAtRenewal:
    """The number of paid seats from the next renewal on, whichever way it goes."""

    seats: int


@dataclass(frozen=True, kw_only=True)
class AddAddon:
    addon: str


@dataclass(frozen=True, kw_only=True)
class RemoveAddon:
    """Takes effect at the end of the billing period."""

    addon: str


@dataclass(frozen=True, kw_only=True)
class StartAddonTrial:
    """A free trial of an add-on, once per account."""

    addon: str


@dataclass(frozen=True, kw_only=True)
class Pause:
    """A seasonal pause; `start` defaults to the next billing day."""

    months: int
    start: date | None = None


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """Ends at the end of what is paid for. `reason` is a code, never free text."""

    reason: str = "unstated"


@dataclass(frozen=True, kw_only=True)
class UndoCancel:
    """Keeps a cancelling account."""


@dataclass(frozen=True, kw_only=True)
class Reactivate:
    """Brings an ended account back, with as many seats as before unless said."""

    seats: int | None = None


@dataclass(frozen=True, kw_only=True)
class Renew:
    """Signs the next term now, at the present price; it starts when the present one ends."""

    term_months: int = 12
    seats: int | None = None


@dataclass(frozen=True, kw_only=True)
class ExtendTrial:
    days: int = 7


@dataclass(frozen=True, kw_only=True)
class ReplacePaymentMethod:
    """A new card (card), bank account (direct_debit) or bank_transfer. `label` is how it is shown ("ending 4242")."""

    kind: str
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class ApplySaveOffer:
    percent: int
    months: int


@dataclass(frozen=True, kw_only=True)
class ExtendPayment:
    """More days before an unpaid invoice has consequences."""

    days: int


@dataclass(frozen=True, kw_only=True)
class RequestRegionMove:
    """Moves the data to EU, US or AU."""

    region: str


@dataclass(frozen=True, kw_only=True)
class ChangeBillingDetails:
    """What invoices are made out to from now on; with `reissue_invoice_id` that invoice is made out anew too."""

    name: str | None = None
    address: str | None = None
    vat_id: str | None = None
    po_number: str | None = None
    reissue_invoice_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class CreatePaymentLink:
    """A link where an unpaid invoice can be paid."""

    invoice_id: str


@dataclass(frozen=True, kw_only=True)
class CreateReferralLink:
    """A link that a customer gives to another company."""


@dataclass(frozen=True, kw_only=True)
class RequestExport:
    """A full export of the account's data."""


@dataclass(frozen=True, kw_only=True)
class ReverseCredit:
    """Takes back an unused credit."""

    number: str


@dataclass(frozen=True, kw_only=True)
class ReverseRefund:
    """Stops a refund that has not left yet (the same day)."""

    number: str


@dataclass(frozen=True, kw_only=True)
class TakeBack:
    """Undoes the receipt `number`, as long as nothing was changed on the account since."""

    number: str


Change = (
    ChangePlan
    | SetSeats
    | SeatsAtRenewal
    | AddAddon
    | RemoveAddon
    | StartAddonTrial
    | Pause
    | Cancel
    | UndoCancel
    | Reactivate
    | Renew
    | ExtendTrial
    | ReplacePaymentMethod
    | ApplySaveOffer
    | ExtendPayment
    | RequestRegionMove
    | ChangeBillingDetails
    | CreatePaymentLink
    | CreateReferralLink
    | RequestExport
    | ReverseCredit
    | ReverseRefund
    | TakeBack
)


@dataclass(frozen=True, kw_only=True)
class RefundOrder:
    """Money back to the original payment method. `cause` is a code or record id that says for what."""

    invoice_id: str
    amount: Money
    basis: RefundBasis
    cause: str


@dataclass(frozen=True, kw_only=True)
class CreditOrder:
    """Account credit for the next invoice. `cause` is a code or record id that says for what."""

    amount: Money
    cause: str
