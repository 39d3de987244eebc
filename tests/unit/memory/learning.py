"""Lets a customer say things, ends the conversation and learns from it."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from core.conversation import Author
from core.people import Principal
from memory.distil import Distiller, Learned, Rooms
from memory.tables import Conversation
from tests.fakes.distilling import DistillingModel
from tests.unit.memory.conftest import ADA, NOON, ref, text


async def talk(rooms: Rooms, *messages: str, by: Principal = ADA, at: datetime = NOON) -> Conversation:
    """An ended conversation in which a customer said these messages, and the bot something after each."""

    def write(conn: Connection) -> Conversation:
        place = ref(f"c-{by.id}-{at.isoformat()}")
        begun = rooms.threads.open_or_create(conn, place, by, at=at, correlation_id="k1")
        for number, words in enumerate(messages, 1):
            rooms.threads.append(conn, begun.tenant, begun.id, text(words, author_id=by.person_id, message_id=f"m{number}"))
            reply = text("We have 99 people here.", author=Author.BOT, author_id="bot")
            rooms.threads.append(conn, begun.tenant, begun.id, reply, epoch=1)
        rooms.threads.end(conn, begun.tenant, begun.id, at=at, reason="idle")
        return rooms.threads.get(conn, begun.tenant, begun.id)

    return await rooms.database.write(write)


async def learn(rooms: Rooms, words: str, kind: str, *, by: Principal = ADA, days: int = 0) -> Learned:
    """What is learned from one message `days` after noon."""
    at = NOON + timedelta(days=days)
    conversation = await talk(rooms, words, by=by, at=at)
    return await Distiller(rooms, DistillingModel({words: kind})).learn(conversation, now=at)  # pyright: ignore[reportArgumentType] - the double does the one thing that distilling needs
