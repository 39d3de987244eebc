"""Posts for the desk over the adapter's own wire, with the references that conversations left."""

from dataclasses import replace
from typing import Protocol

from bot.channels.teams.wire import Activity, Begun, Reference, Wire
from bot.channels.teams_desk.desk import base_of
from core.errors import Refused

UNKNOWN = "The bot doesn't know this Teams conversation: add the app to it, and write to it there once."


class Conversations(Protocol):
    """The references that are kept."""

    async def find(self, installation: str, conversation_id: str) -> Reference | None: ...

    async def latest(self, installation: str) -> Reference | None:
        """Whatever reference was used last there: it leads to the service of that organisation."""
        ...

    async def keep(self, reference: Reference) -> None: ...


class WirePosting:
    """Implements `Posting` within one organisation."""

    def __init__(self, wire: Wire, conversations: Conversations, installation: str) -> None:
        self._wire = wire
        self._conversations = conversations
        self._installation = installation

    async def post(self, conversation_id: str, activity: Activity) -> Begun:
        reference = await self._reference(conversation_id)
        if reference.kind == "channel" and base_of(conversation_id) == conversation_id:
            return await self._wire.begin_thread(reference, conversation_id, activity)
        return Begun(conversation_id=conversation_id, message_id=await self._wire.post(reference, activity))

    async def update(self, conversation_id: str, activity_id: str, activity: Activity) -> None:
        await self._wire.update(await self._reference(conversation_id), activity_id, activity)

    async def open_private(self, installation: str, user_id: str) -> str:
        reference = await self._conversations.latest(installation or self._installation)
        if reference is None:
            raise Refused(UNKNOWN)
        begun = await self._wire.begin_chat(reference, user_id)
        chat = replace(reference, conversation_id=begun.conversation_id, kind="personal", account_id=user_id)
        await self._conversations.keep(chat)
        return begun.conversation_id

    async def _reference(self, conversation_id: str) -> Reference:
        """That conversation's own; for a thread of which none is kept that of its channel; else whatever leads to the service."""
        kept = await self._conversations.find(self._installation, conversation_id)
        kept = kept or await self._conversations.find(self._installation, base_of(conversation_id))
        kept = kept or await self._conversations.latest(self._installation)
        if kept is None:
            raise Refused(UNKNOWN)
        same = base_of(kept.conversation_id) == base_of(conversation_id)
        return replace(kept, conversation_id=conversation_id, kind=kept.kind if same else _kind(conversation_id))


def _kind(conversation_id: str) -> str:
    """What sort of conversation an id names: Teams writes it into the id."""
    if "@thread" not in conversation_id:
        return "personal"
    return "groupChat" if "@thread.v2" in conversation_id else "channel"
