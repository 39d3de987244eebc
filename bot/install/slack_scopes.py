"""What the Slack app asks for: each permission with its reason, and the events that it is told of."""

from typing import Literal

Needed = Literal["customers", "agents", "both"]

SCOPES: tuple[tuple[str, Needed, str], ...] = (
    ("app_mentions:read", "customers", "hear a question when somebody mentions the app in a channel"),
    ("assistant:write", "customers", "suggested questions, status and title in the assistant pane"),
    (
        "channels:history",
        "both",
        "follow a thread of a public channel without a new mention, and find out whether a message arrived",
    ),
    ("channels:read", "agents", "see that the queue channel exists and that the app is a member"),
    ("chat:write", "both", "answer, stream answers, post case cards and bring them up to date"),
    ("chat:write.customize", "customers", "show an agent's words under the agent's name"),
    ("commands", "agents", "the command /rapport and the shortcut Draft a reply"),
    ("groups:history", "both", "the same as channels:history in private channels to which the app was invited"),
    ("groups:read", "agents", "the same as channels:read for a private queue channel"),
    ("im:history", "customers", "read what somebody writes to the app in a direct message"),
    ("im:write", "both", "open a direct message, to tell a customer or an agent something"),
    ("mpim:history", "customers", "follow a thread in a group direct message"),
    ("reactions:write", "agents", "tick an agent's note in a case's thread"),
    ("users:read", "both", "a person's name, time zone, and whether they are a guest"),
    ("users:read.email", "both", "recognise a customer or an agent by a confirmed e-mail address"),
)
EVENTS: tuple[str, ...] = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "assistant_thread_context_changed",
    "assistant_thread_started",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "tokens_revoked",
)
NAMES: frozenset[str] = frozenset(name for name, _, _ in SCOPES)


def reason(scope: str) -> str:
    """Why the app needs a permission."""
    return next(why for name, _, why in SCOPES if name == scope)
