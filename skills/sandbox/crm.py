"""The sandbox company's CRM."""

from collections.abc import Mapping

from pydantic import BaseModel, TypeAdapter

from core.errors import BadInput, Conflict, NotFound
from skills.crm.port import Account, Activity, Contact, ContactChange, Nps, QuoteDraft, QuoteRecord, Usage
from skills.sandbox.desk import Desk, Once
from skills.sandbox.docs import AccountDoc, ContactDoc
from skills.sandbox.store import StoreSession

CONTACT = TypeAdapter(Contact)
QUOTE = TypeAdapter(QuoteRecord)
TEXT = TypeAdapter(str)
CONSENTS = {"opted_in", "opted_out", "none_recorded"}
CHANNELS = {"email", "sms", "phone", "in_app"}
MOST_FOUND = 10


class KeptActivity(BaseModel):
    """An activity as kept."""

    id: str
    account_id: str
    activity: Activity


class SandboxCrm:
    """`Crm` over the sandbox's documents."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def account(self, account_id: str) -> Account:
        return await self._desk.read("crm.account", lambda session: _account(self._desk.account(session, account_id), self._desk))

    async def contacts(self, account_id: str) -> tuple[Contact, ...]:
        def work(session: StoreSession) -> tuple[Contact, ...]:
            doc = self._desk.account(session, account_id)
            return tuple(self._contact(session, doc, each) for each in doc.contacts)

        return await self._desk.read("crm.contacts", work)

    async def contact_by_email(self, email: str) -> tuple[tuple[Account, Contact], ...]:
        wanted = email.strip().lower()

        def work(session: StoreSession) -> tuple[tuple[Account, Contact], ...]:
            return tuple(
                (_account(doc, self._desk), self._contact(session, doc, each))
                for doc in self._desk.accounts(session)
                for each in doc.contacts
                if each.email.lower() == wanted
            )

        return await self._desk.read("crm.contact_by_email", work)

    async def accounts_named(self, name: str) -> tuple[Account, ...]:
        """The accounts that are called so or whose name begins so."""
        wanted = name.strip().casefold()

        def work(session: StoreSession) -> tuple[Account, ...]:
            found = [_account(doc, self._desk) for doc in self._desk.accounts(session) if doc.name.casefold().startswith(wanted)]
            return tuple(sorted(found, key=lambda each: each.name)[:MOST_FOUND])

        return await self._desk.read("crm.accounts_named", work) if wanted else ()

    async def update_contact(self, contact_id: str, change: ContactChange, *, key: str) -> Contact:
        def work(session: StoreSession) -> Contact:
            doc = self._desk.copy_of(session, self._account_of(contact_id))
            contact = next(each for each in doc.contacts if each.id == contact_id)
            _apply(doc, contact, change)
            self._desk.keep(session, doc)
            return self._contact(session, doc, contact)

        once = Once(key=key, about=f"crm.update_contact {contact_id}", content=change, result=CONTACT, work=work)
        return await self._desk.write("crm.update_contact", once)

    async def save_quote(self, account_id: str, draft: QuoteDraft, *, key: str) -> QuoteRecord:
        def work(session: StoreSession) -> QuoteRecord:
            doc = self._desk.account(session, account_id)
            if draft.total.currency != doc.currency:
                text = f"The account is billed in {doc.currency}: quote in that currency."
                raise BadInput(text, code="other_currency", currency=doc.currency)
            number = f"Q-{session.next_number('quote', 3001)}"
            record = QuoteRecord(number=number, account_id=doc.id, made_at=self._desk.clock.now(), quote=draft)
            session.put("quote", number, QUOTE.dump_json(record).decode())
            return record

        once = Once(key=key, about=f"crm.save_quote {account_id}", content=draft, result=QUOTE, work=work)
        return await self._desk.write("crm.save_quote", once)

    async def log_activity(self, account_id: str, activity: Activity, *, key: str) -> str:
        def work(session: StoreSession) -> str:
            doc = self._desk.account(session, account_id)
            number = f"ACT-{session.next_number('activity', 1)}"
            kept = KeptActivity(id=number, account_id=doc.id, activity=activity)
            session.put("activity", number, kept.model_dump_json())
            return number

        once = Once(key=key, about=f"crm.log_activity {account_id}", content=activity, result=TEXT, work=work)
        return await self._desk.write("crm.log_activity", once)

    def _account_of(self, contact_id: str) -> str:
        found = self._desk.data.account_of_contact.get(contact_id)
        if found is None:
            raise NotFound("There is no contact of that id: check it.", code="unknown_contact")
        return found

    def _contact(self, session: StoreSession, doc: AccountDoc, contact: ContactDoc) -> Contact:
        elsewhere = [self._same_person(session, each) for each in contact.same_person_as]
        return Contact(
            id=contact.id,
            account_id=doc.id,
            name=contact.name,
            title=contact.title,
            role=contact.role,
            email=contact.email,
            phone=contact.phone,
            language=contact.language,
            active=contact.active,
            consent=dict(contact.consent),
            effective_consent=_effective(contact.consent, [each.consent for each in elsewhere]),
            two_factor=contact.two_factor,
            vip=contact.vip,
            left_on=contact.left_on,
            same_person_as=tuple(contact.same_person_as),
        )

    def _same_person(self, session: StoreSession, contact_id: str) -> ContactDoc:
        doc = self._desk.account(session, self._account_of(contact_id))
        return next(each for each in doc.contacts if each.id == contact_id)


def _account(doc: AccountDoc, desk: Desk) -> Account:
    nps, usage = doc.nps, doc.usage
    return Account(
        id=doc.id,
        name=doc.name,
        industry=doc.industry,
        country=doc.country,
        region=doc.region,
        data_region=doc.data_region,
        timezone=doc.timezone,
        currency=doc.currency,
        segment=doc.segment,
        plan=doc.plan,
        status=doc.status_on(desk.today),
        customer_since=doc.customer_since,
        account_manager=doc.account_manager,
        csm=doc.customer_success_manager,
        vip=doc.vip,
        business_closing=doc.business_closing,
        po_number=doc.po_number,
        nps=Nps(score=nps.score, answered_on=nps.date, comment=nps.comment) if nps else None,
        usage=Usage(weekly_active=tuple(usage.weekly_active_people), change_percent=usage.change_percent_8_weeks)
        if usage
        else None,
        ownership_claim_open=doc.ownership_claim_since is not None,
        same_person_as=tuple(each for contact in doc.contacts for each in contact.same_person_as),
    )


def _effective(own: Mapping[str, str], others: list[dict[str, str]]) -> dict[str, str]:
    """Consent with every opt-out that the same person gave elsewhere."""
    return {
        channel: "opted_out" if any(each.get(channel) == "opted_out" for each in others) else given
        for channel, given in own.items()
    }


def _apply(doc: AccountDoc, contact: ContactDoc, change: ContactChange) -> None:
    if not contact.active:
        raise Conflict("That contact has left the company: choose one who is active.", code="contact_left")
    if change.email is not None:
        _require_address(doc, contact, change.email)
    for channel, given in change.consent.items():
        if channel not in CHANNELS or given not in CONSENTS:
            raise BadInput("Consent is opted_in, opted_out or none_recorded, by email, sms, phone or in_app.", code="bad_consent")
        contact.consent[channel] = given
    for name in ("email", "phone", "name", "title", "language"):
        value = getattr(change, name)
        if value is not None:
            setattr(contact, name, value.strip())


def _require_address(doc: AccountDoc, contact: ContactDoc, email: str) -> None:
    name, at, domain = email.strip().partition("@")
    if not name or not at or "." not in domain or any(each.isspace() for each in email.strip()):
        raise BadInput("That is not an e-mail address: check it.", code="bad_email")
    if any(each.email.lower() == email.strip().lower() for each in doc.contacts if each.id != contact.id):
        raise Conflict("Another contact of the account has that address.", code="email_taken")
