"""What is on file about an account and its people, and new contact details for its invoices."""

import re

from pydantic import BaseModel

from core.action import Effect
from core.language import SlotSpec
from skills.arguments import Said, account_of, default, from_record, typed
from skills.contract import Ask, Context, Done, Prepared, Ready, Refuse, Skill, Slots
from skills.crm.port import Contact, ContactChange
from skills.wording import counted, listed, say

EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[A-Za-z]{2,}")
PHONE = re.compile(r"\+?\d[\d ()/.-]{6,}\d")
CODE = SlotSpec(name="code", kind="code", ask="Please type the 6-digit code that was mailed to the address we have on file.")
REGIONS = {"EU": "the EU", "US": "the US", "AU": "Australia"}


class Nothing(BaseModel):
    """No arguments."""


class AccountView(BaseModel):
    """The account in short."""

    plan: str
    status: str
    seats_bought: int
    seats_used: int


class ContactDetails(BaseModel):
    """New details for a contact; what is None stays."""

    contact_id: str
    email: str | None = None
    phone: str | None = None


class Updated(BaseModel):
    """The contact that was changed."""

    contact_id: str


async def prepare_account(context: Context, slots: Slots) -> Prepared:
    return Ready(arguments={})


async def execute_account(context: Context, arguments: BaseModel, key: str) -> Done:
    account_id = account_of(context)
    account = await context.ports.crm.account(account_id)
    subscription = await context.ports.billing.subscription(account_id)
    catalogue = context.ports.prices.catalogue
    told = [
        say(
            "crm.account_plan",
            account_id,
            name=account.name,
            plan=subscription.plan_name,
            billing=f"{'yearly' if subscription.billing == 'annual' else 'monthly'} billing"
            if subscription.billing
            else "no billing yet",
            seats=counted(subscription.seats_bought, "seat"),
            used=subscription.seats_used,
        )
    ]
    if subscription.ends_on:
        told.append(say("crm.account_ends", account_id, day=subscription.ends_on))
    elif subscription.renewal_date:
        told.append(say("crm.account_renews", account_id, day=subscription.renewal_date))
    addons = [catalogue.addon(each).name for each in (*subscription.addons, *subscription.included_addons)]
    told.append(
        say("crm.account_addons", account_id, addons=listed(addons)) if addons else say("crm.account_no_addons", account_id)
    )
    region = REGIONS.get(account.data_region, account.data_region)
    if account.account_manager:
        told.append(say("crm.account_manager", account_id, manager=account.account_manager, region=region))
    else:
        told.append(say("crm.account_region", account_id, region=region))
    result = AccountView(
        plan=subscription.plan,
        status=subscription.status.value,
        seats_bought=subscription.seats_bought,
        seats_used=subscription.seats_used,
    )
    return Done(result=result, sentences=tuple(told))


async def prepare_contact(context: Context, slots: Slots) -> Prepared:
    account_id = account_of(context)
    said = Said(context, slots)
    email = _found(EMAIL, said.text("email")) or _found(EMAIL, context.said)
    phone = _found(PHONE, said.text("phone")) or (None if email else _found(PHONE, context.said))
    if email is None and phone is None:
        return Ask(slot="email", question="What is the new e-mail address for your invoices?")
    contact = _billing_contact(await context.ports.crm.contacts(account_id), context.principal.contact_id)
    if contact is None:
        return Refuse(code="no_billing_contact", sentences=(say("crm.no_billing_contact", account_id),), handoff="policy")
    if not context.principal.step_up:
        return Ask(slot="code", question=CODE.ask)
    arguments = {
        "contact_id": from_record(contact.id, contact.id),
        "email": (said.argument("email", email) if said.has("email") else said.words(email)) if email else default(None),
        "phone": (said.argument("phone", phone) if said.has("phone") else said.words(phone)) if phone else default(None),
    }
    rows = [("Contact", f"{contact.name}, {contact.role}")]
    rows += [("New e-mail", email)] if email else []
    rows += [("New phone", phone)] if phone else []
    return Ready(
        arguments=arguments,
        title="Update the billing contact",
        rows=tuple(rows),
        rule="Contact details change once the code that was mailed to the address on file is confirmed.",
        facts={"permitted": True},
    )


async def execute_contact(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(ContactDetails, arguments)
    change = ContactChange(email=wanted.email, phone=wanted.phone)
    contact = await context.ports.crm.update_contact(wanted.contact_id, change, key=key)
    return Done(
        result=Updated(contact_id=contact.id),
        sentences=(say("crm.contact_updated", contact.id, name=contact.name),),
        receipt=(("Contact", contact.name), ("E-mail", contact.email), ("Phone", contact.phone or "none")),
    )


def _billing_contact(contacts: tuple[Contact, ...], asking: str | None) -> Contact | None:
    """The account's billing admin; without one, the person who asks."""
    active = [each for each in contacts if each.active]
    billing = [each for each in active if each.role == "Billing admin"]
    mine = [each for each in active if each.id == asking]
    return next(iter([each for each in mine if each in billing] or billing or mine), None)


def _found(pattern: re.Pattern[str], text: str | None) -> str | None:
    match = pattern.search(text or "")
    return match.group().strip() if match else None


GET_ACCOUNT = Skill(
    id="get_account",
    version=1,
    title="Your account",
    description="Says which plan, seats and add-ons the account has, and when it renews.",
    owner="crm",
    effect=Effect.READ,
    scopes=frozenset({"crm:read", "billing:read"}),
    fields=frozenset({"name", "plan", "seats", "addons", "renewal", "data_region", "account_manager"}),
    arguments=Nothing,
    result=AccountView,
    prepare=prepare_account,
    execute=execute_account,
)

UPDATE_BILLING_CONTACT = Skill(
    id="update_billing_contact",
    version=1,
    title="Update the billing contact",
    description="Changes the e-mail address or phone number that invoices go to, after a mailed code was confirmed.",
    owner="crm",
    effect=Effect.WRITE,
    scopes=frozenset({"crm:read", "crm:write"}),
    fields=frozenset({"contacts"}),
    arguments=ContactDetails,
    result=Updated,
    prepare=prepare_contact,
    execute=execute_contact,
    slots=(
        SlotSpec(name="email", kind="email", ask="What is the new e-mail address?"),
        SlotSpec(name="phone", kind="phone", ask="What is the new phone number?", required=False),
        CODE,
    ),
)
