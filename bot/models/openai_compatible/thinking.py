"""Leaves out what a model thinks aloud before its answer, between <think> and </think>."""

OPEN, CLOSE = "<think>", "</think>"


class Thinking:
    """Text goes in as it comes; what is no thought comes out."""

    def __init__(self) -> None:
        self._held = ""
        self._inside = False
        self._over = False

    def feed(self, text: str) -> str:
        if self._over:
            return text
        self._held += text
        return self._thought() if self._inside else self._opening()

    def end(self) -> str:
        """What was held and is text after all. A thought that never ended is none."""
        held, self._held = self._held, ""
        return "" if self._inside or self._over else held

    def _opening(self) -> str:
        start = self._held.lstrip()
        if start.startswith(OPEN):
            self._inside, self._held = True, start[len(OPEN) :]
            return self._thought()
        if OPEN.startswith(start):
            return ""
        return self._rest(self._held)

    def _thought(self) -> str:
        _, closed, after = self._held.partition(CLOSE)
        if not closed:
            self._held = self._held[-len(CLOSE) :]
            return ""
        return self._rest(after.lstrip())

    def _rest(self, text: str) -> str:
        self._over, self._inside, self._held = True, False, ""
        return text
