"""Reads lines, plays each, prints each: a bad line is reported with its number and doesn't stop the rest."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from bot.ask.classify import classified
from bot.ask.play import Worlds, play
from bot.ask.script import parse
from core.errors import BadInput, RapportError

PROGRESS_EVERY_S = 5.0


async def answer_lines(worlds: Worlds, source: str, *, classify: bool = False, out: TextIO | None = None) -> int:
    """Answers every line of `source` (a file, or `-` for standard input). Returns 1 when any line was bad, else 0."""
    stream = out or sys.stdout
    bad = done = 0
    last = time.monotonic()
    for number, line in enumerate(_lines(source), 1):
        if not line.strip():
            continue
        try:
            script = parse(line, number)
            answered = await (classified(worlds, script) if classify else play(worlds, script))
            stream.write(json.dumps(answered, ensure_ascii=False) + "\n")
            stream.flush()
            done += 1
        except RapportError as error:
            bad += 1
            where = "" if error.message.startswith("line ") else f"line {number}: "
            _tell(f"{where}{error.message}")
        except Exception as error:  # noqa: BLE001 - the outermost edge of the command: the rest of the lines goes on
            bad += 1
            _tell(f"line {number}: it couldn't be answered because of a fault in the program ({type(error).__name__}: {error})")
        if time.monotonic() - last > PROGRESS_EVERY_S:
            last = time.monotonic()
            _tell(f"{done} lines answered")
    if bad:
        _tell(f"{done} lines answered, {bad} bad")
    return 1 if bad else 0


def _lines(source: str) -> Iterator[str]:
    """Lines as text; bytes that aren't UTF-8 are replaced, so that the line is answered as unreadable rather than lost."""
    if source == "-":
        yield from (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
        return
    try:
        content = Path(source).read_bytes()
    except OSError as error:
        raise BadInput(f"{source} can't be read ({error.strerror}): name a file of lines, or - for standard input.") from error
    yield from content.decode("utf-8", "replace").removeprefix("\ufeff").split("\n")


def _tell(text: str) -> None:
    sys.stderr.write(f"rapport ask: {text}\n")
    sys.stderr.flush()
