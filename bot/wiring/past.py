"""The demo's past conversations, told once: so that the console has a history and memory something to learn from."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from bot.house import House
from core.config import Config
from core.conversation import Author, ConversationRef, EntryKind
from core.people import Assurance, Principal, PrincipalKind
from memory.threads import NewEntry

Past = Mapping[str, Any]
CHANNEL = "past"


async def tell_past(config: Config, house: House) -> int:
    """Puts conversations.json into threads unless that was done before. Returns how many were told."""
    file = Path(config.demo.folder) / "conversations.json"
    if not file.exists():
        return 0
    told: Sequence[Past] = json.loads(file.read_text(encoding="utf-8"))["conversations"]
    roles = await _roles(house, {each["account"] for each in told})
    return await house.database.write(partial(_tell_all, house, told, roles))


async def _roles(house: House, accounts: set[str]) -> dict[str, str]:
    return {contact.id: contact.role for account in accounts for contact in await house.ports.crm.contacts(account)}


def _tell_all(house: House, told: Sequence[Past], roles: Mapping[str, str], conn: Connection) -> int:
    fresh = [each for each in told if house.threads.find(conn, _ref(house, each)) is None]
    for past in fresh:
        _tell(house, past, roles, conn)
    return len(fresh)


def _tell(house: House, past: Past, roles: Mapping[str, str], conn: Connection) -> None:
    customer = Principal(
        kind=PrincipalKind.CUSTOMER,
        id=past["contact"],
        tenant=house.tenant,
        roles=frozenset({roles.get(past["contact"], "")}),
        account_id=past["account"],
        contact_id=past["contact"],
        assurance=Assurance.VERIFIED,
    )
    correlation_id = uuid4().hex
    began = datetime.fromisoformat(past["started_at"])
    conversation = house.threads.open_or_create(conn, _ref(house, past), customer, at=began, correlation_id=correlation_id)
    for number, message in enumerate(past["messages"]):
        mine = message["role"] == "customer"
        entry = NewEntry(
            kind=EntryKind.TEXT,
            author=Author.CUSTOMER if mine else Author.BOT,
            author_id=customer.person_id if mine else "bot",
            body={"text": message["text"], "message_id": f"{past['id']}-{number}"},
            at=datetime.fromisoformat(message["at"]),
        )
        epoch = None if mine else conversation.epoch
        house.threads.append(conn, house.tenant.id, conversation.id, entry, epoch=epoch)
    ended = datetime.fromisoformat(past["ended_at"])
    house.threads.end(conn, house.tenant.id, conversation.id, at=ended, reason="resolved", correlation_id=correlation_id)


def _ref(house: House, past: Past) -> ConversationRef:
    return ConversationRef(tenant=house.tenant.id, channel=CHANNEL, installation="demo", conversation_id=past["id"])
