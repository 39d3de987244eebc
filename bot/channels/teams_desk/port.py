"""What the desk in Teams needs beside the desk itself."""

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, urlencode

from bot.channels.teams.wire import Activity, Begun
from core.conversation import Citation

SURFACE = "teams"


class Places(Protocol):
    """Where each surface shows its queue, as agents chose it."""

    async def get(self, surface: str) -> str | None: ...

    async def set(self, surface: str, place: str) -> None: ...


class Posting(Protocol):
    """Posts into conversations that the bot is part of. Each may raise `NotSent`, `Refused` or `Unclear`."""

    async def post(self, conversation_id: str, activity: Activity) -> Begun:
        """Posts an activity; in a channel it begins a thread. Returns the conversation that it stands in, and its id."""
        ...

    async def update(self, conversation_id: str, activity_id: str, activity: Activity) -> None: ...

    async def open_private(self, installation: str, user_id: str) -> str:
        """The id of the private conversation with a user, begun if need be."""
        ...


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Addresses of this server's pages; without `public_url` nothing is linked."""

    public_url: str = ""

    def case(self, case_id: str) -> str:
        return self._page(f"/console/cases/{quote(case_id, safe='')}")

    def source(self, citation: Citation) -> str:
        span = urlencode({"start": citation.start, "end": citation.end})
        return self._page(f"/help/{quote(citation.article, safe='')}?{span}#cited")

    def _page(self, path: str) -> str:
        return self.public_url.rstrip("/") + path if self.public_url else ""


@dataclass(frozen=True, kw_only=True)
class House:
    """How the desk is set up. `organisation`: only its members may be agents; empty for any that is known. `queue` is the
    channel in which cases are shown until an agent names another.

    `dialogs`: clients open dialogs, and show the owner of a card a view of their own. Without, everything is filled in on the
    card itself, and what is for one agent alone also goes to their private chat.
    """

    company: str
    organisation: str = ""
    queue: str = ""
    pages: Pages = Pages()
    dialogs: bool = True

    @property
    def refusal(self) -> str:
        return (
            f"This is for {self.company}'s support desk. Ask in the console for a code, then write to me in private:"
            " connect 123456"
        )
