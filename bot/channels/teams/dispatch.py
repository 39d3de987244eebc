"""Takes every activity to where it belongs: the desk's agents, the customers' reception, or nowhere."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from bot.channels.teams.answers import Answer, Shared, dialog_says, extension_says, says
from bot.channels.teams.customers import CustomerSide, in_words, verb_of
from bot.channels.teams.port import AgentSide
from bot.channels.teams.reading import INVOKE, Received
from bot.channels.teams.references import References
from bot.channels.teams.repeats import Repeats
from bot.channels.teams.words import say
from core.errors import RapportError

EXECUTE = "adaptiveCard/action"
DESK = "desk:"
FETCHES = ("task/fetch", "composeExtension/fetchTask")
SUBMITS = ("task/submit", "composeExtension/submitAction")
QUERY = "composeExtension/query"
AUTOMATIC = "automatic"
TICKET = "ticket"
NO_DESK = "There is no desk in Teams here: use the console."


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """Without `agents` everybody is a customer. What is told twice is done once and answered the same."""

    customers: CustomerSide
    references: References
    repeats: Repeats
    agents: AgentSide | None = None
    _answers: Shared[Answer] = field(default_factory=Shared[Answer])
    _offered: Shared[bool] = field(default_factory=Shared[bool])

    async def take(self, received: Received) -> Answer | None:
        """What an invoke is answered with; None for anything else, and for an invoke that nobody knows."""
        if received.own:
            return None
        await self.references.note(received)
        ways: Mapping[str, Callable[[Received], Awaitable[None]]] = {
            "message": self._message,
            "messageUpdate": self.customers.edited,
            "messageDelete": self.customers.deleted,
            "conversationUpdate": self.customers.arrived,
            "installationUpdate": self.customers.arrived,
        }
        if received.kind == INVOKE:
            return await self._invoke(received)
        if received.kind in ways:
            await ways[received.kind](received)
        return None

    async def _message(self, received: Received) -> None:
        received = await self._first_told(received)
        if await self._for_desk(received):
            return
        if received.value and verb_of(received)[0]:
            await self._once(received, self.customers.press)
        else:
            await self.customers.message(received)

    async def _for_desk(self, received: Received) -> bool:
        agents = self.agents
        if agents is None:
            return False
        if await self.repeats.finished(received):
            return True

        async def offer() -> bool:
            taken = await agents.on_message(received.user, received.activity)
            if taken:
                await self.repeats.finish(received)
            return taken

        return await self._offered.once(_key(received), offer)

    async def _invoke(self, received: Received) -> Answer | None:
        if received.name == EXECUTE:
            return await self._execute(received)
        agents = self.agents
        if received.name in FETCHES:
            return await agents.on_fetch(received.user, received.activity) if agents else _no_desk(received)
        if received.name == QUERY:
            return await agents.on_query(received.user, received.activity) if agents else _no_desk(received)
        return await self._submit(received) if received.name in SUBMITS else None

    async def _submit(self, received: Received) -> Answer:
        agents = self.agents
        if agents is None:
            return _no_desk(received)
        if TICKET in verb_of(received)[1]:
            return await agents.on_submit(received.user, received.activity)
        return await self._once(received, lambda each: agents.on_submit(each.user, each.activity))

    async def _execute(self, received: Received) -> Answer:
        if not verb_of(received)[0].startswith(DESK):
            return await self._once(received, self.customers.press)
        agents = self.agents
        if agents is None:
            return says(NO_DESK)
        if received.value.get("trigger") == AUTOMATIC:
            return await agents.on_refresh(received.user, received.activity)
        return await self._once(received, lambda each: agents.on_execute(each.user, each.activity))

    async def _once(self, received: Received, act: Callable[[Received], Awaitable[Answer]]) -> Answer:
        """Does it under the id of its first telling; after a restart one that is told again is only said to be known."""
        first = await self._first_told(received)
        if not self._answers.knows(_key(first)) and await self.repeats.finished(first):
            return _known(first)

        async def done() -> Answer:
            answer = await act(first)
            await self.repeats.finish(first)
            return answer

        try:
            return await self._answers.once(_key(first), done)
        except RapportError as error:
            return in_words(error)

    async def _first_told(self, received: Received) -> Received:
        first_id = await self.repeats.first_id(received)
        if first_id == received.id:
            return received
        return replace(received, id=first_id, activity={**received.activity, "id": first_id})


def _key(received: Received) -> str:
    return f"{received.ref.installation}/{received.ref.conversation_id}/{received.user.user_id}/{received.id}"


def _known(received: Received) -> Answer:
    text = say("taken", received.language)
    return says(text) if received.name == EXECUTE else dialog_says(text)


def _no_desk(received: Received) -> Answer:
    return dialog_says(NO_DESK) if received.name.startswith("task/") else extension_says(NO_DESK)
