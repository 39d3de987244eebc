"""Every skill there is. Adding one here, with its examples, is all that it takes for it to be understood and run."""

from collections.abc import Mapping
from functools import cache

from core.errors import NotFound
from core.language import IntentSpec
from skills.billing.account_data import EXTEND_TRIAL, MOVE_REGION, REQUEST_EXPORT
from skills.billing.addons import ADD_ADDON, REMOVE_ADDON, START_ADDON_TRIAL
from skills.billing.credits import GIVE_CREDIT
from skills.billing.invoices import EXPLAIN_CHARGE, FIND_INVOICES, REISSUE_INVOICE
from skills.billing.leaving import APPLY_SAVE_OFFER, CANCEL_PLAN, EXPLAIN_CANCELLATION
from skills.billing.pause_price import PAUSE_PRICE
from skills.billing.payment_terms import CHANGE_PAYMENT_METHOD, EXTEND_PAYMENT
from skills.billing.payments import PAYMENT_STATUS, SEND_PAYMENT_LINK
from skills.billing.plan_limits import PLAN_LIMITS
from skills.billing.plans import CHANGE_PLAN, PREVIEW_PLAN_CHANGE
from skills.billing.pricing import PRICE_SEATS
from skills.billing.referral import CREATE_REFERRAL_LINK, EXPLAIN_REFERRAL
from skills.billing.refund_dates import REFUND_WINDOW
from skills.billing.refunds import FIND_DOUBLE_CHARGE, REFUND_PAYMENT
from skills.billing.renewal import RENEW_CONTRACT, RENEWAL_INFO
from skills.billing.returning import PAUSE_PLAN, REACTIVATE_PLAN, UNDO_CANCELLATION
from skills.billing.seat_limits import SEAT_LIMITS
from skills.billing.seats import ADD_SEATS, REDUCE_AT_RENEWAL, REMOVE_SEATS
from skills.billing.trial_info import TRIAL_STATUS
from skills.billing.uptime import UPTIME_CREDIT
from skills.contract import Skill
from skills.crm.accounts import GET_ACCOUNT, UPDATE_BILLING_CONTACT
from skills.crm.offers import GRANT_DISCOUNT, RAISE_OFFER
from skills.crm.quotes import DRAFT_QUOTE
from skills.helpdesk.callbacks import BOOK_CALLBACK
from skills.helpdesk.notices import INCIDENT_STATUS, SEND_CODE, SEND_TRANSCRIPT
from skills.helpdesk.tickets import OPEN_TICKET, TICKET_STATUS

CATALOGUE: tuple[Skill, ...] = (
    GET_ACCOUNT,
    FIND_INVOICES,
    EXPLAIN_CHARGE,
    FIND_DOUBLE_CHARGE,
    PRICE_SEATS,
    RENEWAL_INFO,
    PAYMENT_STATUS,
    TICKET_STATUS,
    EXPLAIN_REFERRAL,
    EXPLAIN_CANCELLATION,
    REFUND_WINDOW,
    TRIAL_STATUS,
    SEAT_LIMITS,
    PLAN_LIMITS,
    PAUSE_PRICE,
    UPTIME_CREDIT,
    INCIDENT_STATUS,
    PREVIEW_PLAN_CHANGE,
    ADD_SEATS,
    REMOVE_SEATS,
    REDUCE_AT_RENEWAL,
    CHANGE_PLAN,
    ADD_ADDON,
    REMOVE_ADDON,
    START_ADDON_TRIAL,
    UPDATE_BILLING_CONTACT,
    CHANGE_PAYMENT_METHOD,
    CANCEL_PLAN,
    UNDO_CANCELLATION,
    REACTIVATE_PLAN,
    PAUSE_PLAN,
    RENEW_CONTRACT,
    REQUEST_EXPORT,
    OPEN_TICKET,
    DRAFT_QUOTE,
    CREATE_REFERRAL_LINK,
    EXTEND_TRIAL,
    EXTEND_PAYMENT,
    MOVE_REGION,
    REISSUE_INVOICE,
    REFUND_PAYMENT,
    GIVE_CREDIT,
    APPLY_SAVE_OFFER,
    GRANT_DISCOUNT,
    SEND_PAYMENT_LINK,
    BOOK_CALLBACK,
    SEND_TRANSCRIPT,
    SEND_CODE,
    RAISE_OFFER,
)


@cache
def by_id() -> Mapping[str, Skill]:
    """The skills by id."""
    return {skill.id: skill for skill in CATALOGUE}


def find(skill_id: str) -> Skill:
    """The skill of that id. Raises `NotFound`."""
    skill = by_id().get(skill_id)
    if skill is None:
        raise NotFound(
            f"There is no skill {skill_id!r}: add it to skills.catalogue.CATALOGUE, or correct the id.", skill=skill_id
        )
    return skill


@cache
def intents() -> tuple[IntentSpec, ...]:
    """What customers can ask for: every skill that has examples."""
    return tuple(intent for skill in CATALOGUE if (intent := skill.intent).examples)
