"""Reads lines, plays each, prints each: a bad line is reported with its number and doesn't stop the rest."""

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from bot.ask.classify import classified
from bot.ask.play import Worlds, play
from bot.ask.script import parse
from core.errors import BadInput, RapportError

PROGRESS_EVERY_S = 5.0
TOGETHER = 32


@dataclass
class Output:
    """Writes answers, and tells progress and faults."""

    stream: TextIO
    done: int = 0
    bad: int = 0
    told_at: float = field(default_factory=time.monotonic)

    def answered(self, line: Mapping[str, Any]) -> None:
        self.stream.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.stream.flush()
        self.done += 1
        if time.monotonic() - self.told_at > PROGRESS_EVERY_S:
            self.told_at = time.monotonic()
            _tell(f"{self.done} lines answered")

    def failed(self, number: int, error: Exception) -> None:
        self.bad += 1
        if isinstance(error, RapportError):
            where = "" if error.message.startswith("line ") else f"line {number}: "
            _tell(f"{where}{error.message}")
            return
        _tell(f"line {number}: it couldn't be answered because of a fault in the program ({type(error).__name__}: {error})")


async def answer_lines(worlds: Worlds, source: str, *, classify: bool = False, out: TextIO | None = None) -> int:
    """Answers every line of `source` (a file, or `-` for standard input). Returns 1 when any line was bad, else 0."""
    output = Output(stream=out or sys.stdout)
    together = TOGETHER if classify and source != "-" else 1
    waiting: list[tuple[int, str]] = []
    for number, line in enumerate(_lines(source), 1):
        if line.strip():
            waiting.append((number, line))
        if len(waiting) >= together:
            await _answer(worlds, waiting, output, classify=classify)
            waiting = []
    await _answer(worlds, waiting, output, classify=classify)
    if output.bad:
        _tell(f"{output.done} lines answered, {output.bad} bad")
    return 1 if output.bad else 0


async def _answer(worlds: Worlds, lines: Sequence[tuple[int, str]], output: Output, *, classify: bool) -> None:
    """Answers lines, several at once when they are only to be understood; then a bad one is taken out and the rest go on."""
    if classify and len(lines) > 1:
        try:
            for answered in await classified(worlds, [parse(line, number) for number, line in lines]):
                output.answered(answered)
        except Exception:  # noqa: BLE001 - each line is answered by itself then, and the faulty one reported
            for each in lines:
                await _answer(worlds, [each], output, classify=True)
        return
    for number, line in lines:
        try:
            script = parse(line, number)
            output.answered((await classified(worlds, [script]))[0] if classify else await play(worlds, script))
        except Exception as error:  # noqa: BLE001 - the outermost edge of the command: the rest of the lines goes on
            output.failed(number, error)


def _lines(source: str) -> Iterator[str]:
    """Lines as text; bytes that aren't UTF-8 are replaced, so that the line is answered as unreadable rather than lost."""
    if source == "-":
        yield from (line.decode("utf-8", "replace").removeprefix("\ufeff") for line in sys.stdin.buffer)
        return
    try:
        content = Path(source).read_bytes()
    except OSError as error:
        raise BadInput(f"{source} can't be read ({error.strerror}): name a file of lines, or - for standard input.") from error
    yield from content.decode("utf-8", "replace").removeprefix("\ufeff").split("\n")


def _tell(text: str) -> None:
    sys.stderr.write(f"rapport ask: {text}\n")
    sys.stderr.flush()
