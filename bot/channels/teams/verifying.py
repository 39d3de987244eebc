"""How a user proves who they are: by a card, or by typing "link me@example.com" and the six digits that were mailed."""

import asyncio
import re
from collections import OrderedDict
from datetime import datetime, timedelta

from bot.channels.teams import cards
from bot.channels.teams.cards import Element
from bot.channels.teams.errands import Errands
from bot.channels.teams.reading import Received
from bot.channels.teams.words import say
from bot.links.port import Links
from core.clock import Clock
from core.errors import RapportError

LINK = re.compile(r"link[ \t]+(\S{3,254})", re.IGNORECASE)
EMAIL = re.compile(r"[^@\s<>\"(),:;]{1,64}@[^@\s<>\"(),:;]{1,189}\.[^@\s<>\"(),:;.]{2,63}")
DIGITS = re.compile(r"[0-9]{6}")
CODE_COUNTS = timedelta(minutes=10)
AT_ONCE_S = 0.15
MOST_ASKED = 10_000


class Verifying:
    """Reads what is typed or pressed for that, and nothing else."""

    def __init__(self, links: Links, errands: Errands, wall: Clock) -> None:
        self._links = links
        self._errands = errands
        self._wall = wall
        self._asked: OrderedDict[tuple[str, str], datetime] = OrderedDict()

    async def typed(self, received: Received) -> bool:
        """Takes a typed command. False: it is something else, and six digits that prove nothing may be."""
        text = received.text.strip()
        asked = LINK.fullmatch(text)
        if asked is None and not DIGITS.fullmatch(text):
            return False
        if not received.user.private:
            if asked:
                self._say(received, "private_first")
            return asked is not None
        if asked and "@" in asked[1]:
            self._start(received, asked[1])
            return True
        known = await self._links.finish(received.user, asked[1] if asked else text)
        if known is None and asked is None and not self._expects(received):
            return False
        self._say(received, "wrong_code" if known is None else "confirmed")
        return True

    async def pressed_email(self, received: Received, email: str, language: str) -> Element:
        """Has a code mailed; the next card asks for it, whether the address is known or not."""
        if not EMAIL.fullmatch(email):
            return cards.identity(language, problem=say("wrong_email", language))
        task = self._errands.start(self._mailed(received, email))
        await asyncio.wait({task}, timeout=AT_ONCE_S)
        if not task.done():
            return cards.code(language)
        error = task.exception()
        if isinstance(error, RapportError):
            return cards.identity(language, problem=error.message)
        return cards.code(language, said="" if error else task.result())

    async def pressed_code(self, received: Received, code: str, language: str) -> Element:
        """Tries a code."""
        given = re.sub(r"[\s-]", "", code)
        known = await self._links.finish(received.user, given) if given.isalnum() and given.isascii() else None
        if known is None:
            return cards.code(language, problem=say("wrong_code", language))
        return cards.told(say("confirmed", language), language)

    def _start(self, received: Received, email: str) -> None:
        if not EMAIL.fullmatch(email):
            self._say(received, "wrong_email")
            return
        self._errands.start(self._errands.say_when_done(received.ref, self._mailed(received, email)))

    async def _mailed(self, received: Received, email: str) -> str:
        self._asked[_of(received)] = self._wall.now()
        while len(self._asked) > MOST_ASKED:
            self._asked.popitem(last=False)
        return await self._links.start_code(received.user, email)

    def _expects(self, received: Received) -> bool:
        """Whether this user was mailed a code just now."""
        at = self._asked.get(_of(received))
        return at is not None and self._wall.now() - at < CODE_COUNTS

    def _say(self, received: Received, phrase: str) -> None:
        self._errands.say(received.ref, say(phrase, received.language))


def _of(received: Received) -> tuple[str, str]:
    return received.user.installation, received.user.user_id
