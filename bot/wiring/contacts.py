"""Who the customers are, from the CRM: their active contacts by id and by address."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.rooms import Person
from core.errors import NotFound
from skills.contract import Ports
from skills.crm.port import Contact

PARTS_OF_AN_ID = 3


@dataclass(frozen=True, kw_only=True)
class CrmContacts:
    """Reads contacts. One who has left is nobody."""

    ports: Ports

    async def by_id(self, contact_id: str) -> Person | None:
        parts = contact_id.split("-")
        account_id = f"ACC-{parts[1]}" if len(parts) == PARTS_OF_AN_ID else ""
        try:
            contacts = await self.ports.crm.contacts(account_id)
        except NotFound:
            return None
        contact = next((each for each in contacts if each.id == contact_id and each.active), None)
        return await self._person(contact) if contact else None

    async def by_email(self, email: str) -> Sequence[Person]:
        found = await self.ports.crm.contact_by_email(email.strip().lower())
        return [await self._person(contact) for _, contact in found if contact.active]

    async def _person(self, contact: Contact) -> Person:
        account = await self.ports.crm.account(contact.account_id)
        return Person(
            contact_id=contact.id,
            account_id=contact.account_id,
            account_name=account.name,
            name=contact.name,
            email=contact.email,
            roles=frozenset({contact.role}),
        )
