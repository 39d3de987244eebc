"""What agents are shown of promises, and of words in another language."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class PromiseView:
    """A promise to the customer: who made it, by when, who sees to it, and whether it is open, kept or broken.

    `owner_id` is None and `owner` "the queue" while nobody in particular has to. `case_id` is that of the conversation's latest
    case, if it had one. `soon`: it is due soon.
    """

    id: str
    text: str
    made_by: str
    state: str
    due_at: datetime | None
    owner_id: str | None = None
    owner: str = ""
    soon: bool = False
    customer: str = ""
    case_id: str | None = None
    conversation_id: str = ""
    closed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Promised:
    """A promise as it was read in a reply, before that is sent: its words, and by when it is to be kept."""

    text: str
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Translated:
    """A text in the customer's language, to be looked at before it is sent; `original` is what it was made from."""

    text: str
    original: str
    language: str
