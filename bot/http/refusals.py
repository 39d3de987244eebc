"""The ways in which a request is refused before any room hears of it."""

from typing import ClassVar

from core.errors import BadInput, NotAllowed, RapportError


class NotSignedIn(NotAllowed):
    """Nobody is signed in here; the message says where to."""

    code = "not_signed_in"
    status = 401


class StalePage(NotAllowed):
    """The page was opened under another sign-in: reload it."""

    code = "stale_page"


class TooLarge(BadInput):
    """The body is larger than any message may be."""

    code = "too_large"
    status = 413


class WrongType(BadInput):
    """The body isn't what this address takes."""

    code = "wrong_type"
    status = 415


class TooMany(RapportError):
    """Too many requests in too short a time; waiting helps."""

    code: ClassVar[str] = "too_many"
    status: ClassVar[int] = 429
