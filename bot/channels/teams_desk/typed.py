"""What agents type: internal notes in a case's thread, commands in private or to the bot by name.

Nothing typed ever reaches a customer: this module knows no way to one.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import cast

from bot.channels.teams.port import Activity
from bot.channels.teams_desk import approval_cards, case_cards, private_cards
from bot.channels.teams_desk.answers import part, text_in
from bot.channels.teams_desk.blocks import Element
from bot.channels.teams_desk.desk import CASE, base_of
from bot.channels.teams_desk.port import SURFACE
from bot.channels.teams_desk.pressing import Bench
from core.errors import RapportError
from core.people import Principal

MENTION = re.compile(r"(?is)<at\b[^>]*>(.*?)</at>")
SPACES = re.compile(r"&nbsp;|\xa0")
QUEUE_HERE = "queue here"
MOST_APPROVALS = 5
Command = Callable[[str, Principal], Awaitable[list[Element]]]


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A message: its text without the bot's name, whether the bot was named, and where it stands."""

    id: str
    text: str
    named: bool
    place: str
    kind: str

    @classmethod
    def of(cls, activity: Activity) -> "Typed":
        """Takes the bot's own name out; colleagues who are named stay in the text by their names."""
        text, place = text_in(activity, "text"), part(activity, "conversation")
        me, named = text_in(part(activity, "recipient"), "id"), False
        listed = activity.get("entities")
        for entity in cast("list[object]", listed) if isinstance(listed, list) else []:
            mention = part({"entity": entity}, "entity")
            tag = text_in(mention, "text")
            if tag and text_in(part(mention, "mentioned"), "id") == me:
                text, named = text.replace(tag, " "), True
        text = SPACES.sub(" ", MENTION.sub(r"\1", text)).strip()
        kind = text_in(place, "conversationType")
        return cls(id=text_in(activity, "id"), text=text, named=named, place=text_in(place, "id"), kind=kind)


class Notes:
    """Internal notes."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    async def take(self, case_id: str, agent: Principal, typed: Typed) -> None:
        """Keeps what was typed in a case's thread as a note; says in the thread when it couldn't be kept."""
        shown = self._bench.shown
        try:
            async with shown.ledger.lock(CASE, f"{case_id}:notes"):
                position = await self._bench.desk.cases.note(case_id, agent, typed.text, message_id=typed.id)
                case = await self._bench.desk.reading.case(case_id, agent)
                await shown.typed_here(case, position, typed.id)
        except RapportError as error:
            words = private_cards.told(f"This wasn't noted: {error.message}")
            self._bench.behind(shown.ledger.say(typed.place, words, "Not noted"), agent)


class Commands:
    """What can be asked of the bot in words."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._desk = bench.desk
        self._pages = bench.shown.house.pages
        self._commands: Mapping[str, Command] = {
            "ask": self._ask,
            "customer": self._customer,
            "case": self._case,
            "cases": self._cases,
            "approvals": self._approvals,
            "help": self._help,
        }

    def knows(self, text: str) -> bool:
        return text.lower() == QUEUE_HERE or _split(text)[0] in self._commands

    async def answer(self, agent: Principal, typed: Typed) -> None:
        """Does what was asked, and answers where it was asked."""
        try:
            cards = await self._cards(agent, typed)
        except RapportError as error:
            cards = [private_cards.told(error.message)]
        for each in cards:
            await self._bench.shown.ledger.say(typed.place, each, "From the desk")

    async def _cards(self, agent: Principal, typed: Typed) -> list[Element]:
        if typed.text.lower() == QUEUE_HERE:
            return [private_cards.told(await self._queue_here(agent, typed))]
        name, rest = _split(typed.text)
        command = self._commands.get(name)
        if command is None:
            return [private_cards.guide("I didn't understand that.")]
        return await command(rest, agent)

    async def _queue_here(self, agent: Principal, typed: Typed) -> str:
        """Makes this channel the queue's, and shows there what is live."""
        if typed.kind != "channel":
            return "Cases need threads: write this in a channel of a team."
        live = await self._desk.reading.queue(agent)
        await self._bench.shown.places.set(SURFACE, base_of(typed.place))
        for case in live:
            self._bench.behind(self._bench.shown.show_case(case), agent)
        return "Cases are shown in this channel from now on, each with its own thread."

    async def _ask(self, question: str, agent: Principal) -> list[Element]:
        if not question:
            return [private_cards.guide("What do you want to ask? Write: ask and your question.")]
        return [private_cards.answered(await self._desk.asking.ask(question, agent), self._pages, question)]

    async def _customer(self, wanted: str, agent: Principal) -> list[Element]:
        if not wanted:
            return [private_cards.guide("Which customer? Write: customer and a name, an id or an e-mail.")]
        return [private_cards.all_round(await self._desk.reading.customer(agent, wanted))]

    async def _case(self, case_id: str, agent: Principal) -> list[Element]:
        if case_id:
            return [case_cards.shown_to(await self._desk.reading.case(case_id, agent), agent, self._pages)]
        mine = await self._desk.reading.mine(agent)
        if len(mine) == 1:
            return [case_cards.shown_to(mine[0], agent, self._pages)]
        return [case_cards.listed(mine, "Your cases", "You hold no case.")]

    async def _cases(self, _rest: str, agent: Principal) -> list[Element]:
        live = await self._desk.reading.queue(agent)
        mine = [each for each in live if each.owner_id == agent.id]
        others = [each for each in live if each.owner_id != agent.id]
        return [case_cards.overview(mine, others)]

    async def _approvals(self, _rest: str, agent: Principal) -> list[Element]:
        waiting = await self._desk.deciding.waiting(agent)
        if not waiting:
            return [private_cards.told("Nothing waits for your decision.")]
        return [approval_cards.of_approval(each) for each in waiting[:MOST_APPROVALS]]

    async def _help(self, _rest: str, _agent: Principal) -> list[Element]:
        return [private_cards.guide()]


def _split(text: str) -> tuple[str, str]:
    name, _, rest = text.strip().partition(" ")
    return name.lower().rstrip(":"), rest.strip()
