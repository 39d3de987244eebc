"""What a person who takes over is handed, complete, so that the customer needn't tell it again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from core.conversation import Citation
from memory.tables import Conversation

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True, kw_only=True)
class Packet:
    """All that the bot knows about the matter. `mood` runs from -1 (upset) to 1; `steps` is what was tried, in order.

    `planned` is every step of a request with several, and where it stands. `rule` says whether a deterministic rule or the model
    decided, and `note` what it saw.
    """

    summary: str
    reason: str
    rule: str = "rule"
    confidence: float = 1.0
    note: str = ""
    intents: tuple[str, ...] = ()
    slots: Mapping[str, str] = field(default_factory=dict[str, str])
    steps: tuple[str, ...] = ()
    planned: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    mood: float = 0.0
    open_promises: tuple[str, ...] = ()
    policy_reasons: tuple[str, ...] = ()
    pending_approval: str | None = None
    first_words: str = ""
    account_id: str | None = None
    contact_name: str = ""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A handoff that was decided. `conversation` is as the turn read it: its epoch must still be current.

    `plan` and `zone` (the account's time zone) decide which hours and which first reply hold; both None for strangers.
    """

    conversation: Conversation
    packet: Packet
    at: datetime
    correlation_id: str
    plan: str | None = None
    zone: str | None = None
    vip: bool = False
    turn_id: str | None = None


def to_json(packet: Packet) -> str:
    return _adapter().dump_json(packet).decode()


def from_json(text: str) -> Packet:
    return _adapter().validate_json(text)


@cache
def _adapter() -> "TypeAdapter[Packet]":
    from pydantic import TypeAdapter

    return TypeAdapter(Packet)
