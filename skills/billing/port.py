"""The port to a billing system, in our words."""

from typing import Protocol

from skills.billing.changes import (
    AddAddon,
    ApplySaveOffer,
    Cancel,
    Change,
    ChangeBillingDetails,
    ChangePlan,
    CreatePaymentLink,
    CreateReferralLink,
    CreditOrder,
    ExtendPayment,
    ExtendTrial,
    Pause,
    Reactivate,
    RefundOrder,
    RemoveAddon,
    Renew,
    ReplacePaymentMethod,
    RequestExport,
    RequestRegionMove,
    ReverseCredit,
    ReverseRefund,
    SeatsAtRenewal,
    SetSeats,
    StartAddonTrial,
    TakeBack,
    UndoCancel,
)
from skills.billing.documents import Invoice, InvoiceLine, Payment, Preview, Receipt, Refunded, RefundWindow
from skills.billing.records import (
    Credit,
    Discount,
    Dunning,
    DunningStage,
    Grace,
    History,
    Line,
    Prerequisites,
    RefundBasis,
    Scheduled,
    Span,
    Status,
    Subscription,
)


class Billing(Protocol):
    """Reads and changes subscriptions, and gives money back.

    Every write takes an idempotency `key`: the same key with the same content gives the first receipt again, whatever happened in
    between; with other content it raises `Conflict` (code key_reused). `BadInput` and `Conflict` carry a machine code in
    `data["code"]` (over_refund, seats_under_use, outside_window, ...) and a message that staff may read; `Unavailable` means that
    the call may or may not have had its effect, and that the same key may be tried again. An unknown account is `NotFound`.
    """

    async def subscription(self, account_id: str) -> Subscription: ...

    async def invoices(self, account_id: str) -> tuple[Invoice, ...]:
        """All invoices on record, oldest first."""
        ...

    async def preview(self, account_id: str, change: Change) -> Preview:
        """What `change` would do, or the same refusal that `apply` would raise. Changes nothing."""
        ...

    async def apply(self, account_id: str, change: Change, *, key: str) -> Receipt: ...

    async def refund(self, account_id: str, order: RefundOrder, *, key: str) -> Receipt: ...

    async def credit(self, account_id: str, order: CreditOrder, *, key: str) -> Receipt: ...


__all__ = [
    "AddAddon",
    "ApplySaveOffer",
    "Billing",
    "Cancel",
    "Change",
    "ChangeBillingDetails",
    "ChangePlan",
    "CreatePaymentLink",
    "CreateReferralLink",
    "Credit",
    "CreditOrder",
    "Discount",
    "Dunning",
    "DunningStage",
    "ExtendPayment",
    "ExtendTrial",
    "Grace",
    "History",
    "Invoice",
    "InvoiceLine",
    "Line",
    "Pause",
    "Payment",
    "Prerequisites",
    "Preview",
    "Reactivate",
    "Receipt",
    "RefundBasis",
    "RefundOrder",
    "RefundWindow",
    "Refunded",
    "RemoveAddon",
    "Renew",
    "ReplacePaymentMethod",
    "RequestExport",
    "RequestRegionMove",
    "ReverseCredit",
    "ReverseRefund",
    "Scheduled",
    "SeatsAtRenewal",
    "SetSeats",
    "Span",
    "StartAddonTrial",
    "Status",
    "Subscription",
    "TakeBack",
    "UndoCancel",
]
