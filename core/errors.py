"""The few ways in which a request can go wrong, for people and for callers.

Every message says what happened and what to do about it; `data` carries ids and limits, never personal content.
"""

from typing import ClassVar


class RapportError(Exception):
    """The base of every error that Rapport raises on purpose.

    `code` is stable and machine-readable, `status` the HTTP status that fits.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(self, message: str, **data: object) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class BadInput(RapportError):
    """What was sent can't be used; the message says how to mend it."""

    code = "bad_input"
    status = 400


class NotAllowed(RapportError):
    """The principal may not do this; the message says who may."""

    code = "not_allowed"
    status = 403


class NotFound(RapportError):
    """Nothing of that id exists, or the principal may not know that it does."""

    code = "not_found"
    status = 404


class Conflict(RapportError):
    """The world has moved on since the caller looked (stale epoch, changed arguments, decided approval)."""

    code = "conflict"
    status = 409


class Unavailable(RapportError):
    """A system behind Rapport is slow or down; trying later may work. Nothing is lost."""

    code = "unavailable"
    status = 503


class NotSent(Unavailable):
    """Certainly not sent (no connection, a rate limit): it is tried again, after `retry_after_s` when the channel names it."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message, retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class Refused(RapportError):
    """A channel refuses it for good (no such place, no right, too large). The message says what an administrator can do."""

    code = "refused"
    status = 502


class Unclear(RapportError):
    """Nobody knows whether it was sent: a 408, a 5xx, a connection cut while waiting. Never repeated by itself."""

    code = "unclear"
    status = 502
