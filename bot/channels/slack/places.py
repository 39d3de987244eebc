"""How a place in Slack is named in `ConversationRef`: `D123` a direct message, `C123:1700000000.000100` a thread.

`installation` is the workspace (team id) that has the app installed, or the organisation's id where a whole one has.
"""

from dataclasses import dataclass

from core.conversation import ConversationRef

CHANNEL = "slack"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A channel or direct message of a workspace, and the root of a thread in it (empty: none)."""

    team: str
    channel: str
    thread: str = ""

    @property
    def direct(self) -> bool:
        """Whether only one person and the app read it."""
        return self.channel.startswith("D")

    @property
    def conversation_id(self) -> str:
        return f"{self.channel}:{self.thread}" if self.thread else self.channel

    def ref(self, tenant: str) -> ConversationRef:
        return ConversationRef(tenant=tenant, channel=CHANNEL, installation=self.team, conversation_id=self.conversation_id)


def place_of(ref: ConversationRef) -> Place:
    """Where a conversation is."""
    channel, _, thread = ref.conversation_id.partition(":")
    return Place(team=ref.installation, channel=channel, thread=thread)
