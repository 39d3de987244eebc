"""Runs one round: sentences as soon as they are whole, calls as they come, and one end."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from bot.models.fluent.asking import Asking
from bot.models.fluent.rounds import NOTHING
from bot.models.fluent.shelf import Shelf
from bot.models.fluent.splitting import Piece, Splitter
from bot.models.provider import Fault, Finish, Finished, Prompt, ProviderFailed, Text
from core.conversation import Sentence
from core.language import Ended, Stop, ToolCall, Uttered

MOST_SENTENCES = 20
MOST_CALLS = 16
MOST_CHARACTERS = 16_000

STOPS = {
    Finish.END: Stop.END,
    Finish.CALLS: Stop.CALLS,
    Finish.MAX_TOKENS: Stop.CUT,
    Finish.CONTEXT_FULL: Stop.CUT,
    Finish.REFUSED: Stop.REFUSED,
    Finish.PAUSED: Stop.PAUSED,
}

Written = Callable[[], tuple[Prompt, Shelf]]


@dataclass(kw_only=True)
class Round:
    """What has come of a round so far. `told` are sentences not to be said again, in the form of `same`.

    With `mending` it takes one sentence at most, and no call.
    """

    shelf: Shelf
    told: set[str]
    mending: bool = False
    splitter: Splitter = field(default_factory=Splitter)
    sentences: int = 0
    calls: int = 0
    characters: int = 0

    def text(self, piece: Text) -> list[Sentence]:
        self.characters += len(piece.text)
        return self._new(self.splitter.feed(piece.text, piece.quotes))

    def rest(self, *, cut: bool = False) -> list[Sentence]:
        return self._new(self.splitter.close(cut=cut))

    def call(self, call: ToolCall) -> list[Uttered]:
        """What was said before the call, and the call."""
        said = self.rest()
        if self.mending:
            return [*said]
        self.calls += 1
        return [*said, call]

    def end(self, finished: Finished) -> list[Uttered]:
        stop = STOPS[finished.finish]
        said = [] if stop is Stop.REFUSED else self.rest(cut=stop is Stop.CUT)
        if stop in (Stop.END, Stop.CALLS):
            stop = Stop.CALLS if self.calls else Stop.END
        return [*said, Ended(stop=stop, model=finished.model)]

    @property
    def full(self) -> bool:
        """Whether more was said than any answer needs."""
        most = 1 if self.mending else MOST_SENTENCES
        return self.sentences >= most or self.calls >= MOST_CALLS or self.characters > MOST_CHARACTERS

    def _new(self, pieces: Sequence[Piece]) -> list[Sentence]:
        said: list[Sentence] = []
        for piece in pieces:
            key = same(piece.text)
            over = self.mending and (self.sentences or key == NOTHING)
            if key not in self.told and not over:
                self.told.add(key)
                self.sentences += 1
                said.append(Sentence(text=piece.text, citations=self.shelf.citations(piece.quotes)))
        return said


async def converse(
    asking: Asking, written: Sequence[Written], *, told: Sequence[str], mending: bool = False
) -> AsyncGenerator[Uttered]:
    """The round of the first prompt that fits; the later ones hold less. Raises `ProviderFailed`."""
    for number, write in enumerate(written, 1):
        prompt, shelf = write()
        running = Round(shelf=shelf, told={same(each) for each in told}, mending=mending)
        begun = False
        try:
            async with aclosing(_round(asking, prompt, running)) as uttered:
                async for each in uttered:
                    begun = True
                    yield each
                return
        except ProviderFailed as failed:
            if failed.fault is not Fault.CONTEXT_FULL or begun or number == len(written):
                raise


async def _round(asking: Asking, prompt: Prompt, running: Round) -> AsyncGenerator[Uttered]:
    async with aclosing(asking.pieces(prompt)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Finished):
                for each in running.end(piece):
                    yield each
                return
            for each in running.text(piece) if isinstance(piece, Text) else running.call(piece):
                yield each
            if running.full:
                stop = Stop.END if running.mending else Stop.CUT
                yield Ended(stop=stop, model=asking.provider.model(prompt.role))
                return


def same(text: str) -> str:
    """A sentence as it is compared with others: letters and figures alone."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())
