"""Which Slack user an agent is: learned when they do something here, and checked again before anything private is shown."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.channels.slack.places import CHANNEL
from bot.channels.slack_desk.port import Who
from bot.links.port import ChannelUser, Known
from handoff.desk.posts import Posts, digest_of
from handoff.roster import Roster

KIND = "agent"


@dataclass(frozen=True, kw_only=True)
class Seats:
    """`tenant` is the company; `team` tells the desk's own workspace, in which the roster's user ids hold."""

    posts: Posts
    who: Who
    roster: Roster
    tenant: str
    team: Callable[[], str] = str

    async def learned(self, agent_id: str, user: ChannelUser) -> None:
        """Keeps who an agent is here, ids only."""
        where = {"team": user.installation, "user": user.user_id}
        digest = digest_of(where)
        post = await self.posts.find(CHANNEL, KIND, agent_id)
        if post is None or post.digest != digest:
            await self.posts.keep(CHANNEL, KIND, agent_id, where, digest)

    async def user_of(self, agent_id: str) -> str | None:
        """The agent's user id; None for one who isn't known here (any more)."""
        post = await self.posts.find(CHANNEL, KIND, agent_id)
        where = dict(post.where) if post else {}
        agent = self.roster.by_id(agent_id)
        if not where and agent:
            where = {"team": self.team(), "user": agent.channels.get(CHANNEL, "")}
        if not where.get("user"):
            return None
        user = ChannelUser(tenant=self.tenant, channel=CHANNEL, installation=where["team"], user_id=where["user"])
        return user.user_id if _is(agent_id, await self.who(user)) else None


def _is(agent_id: str, known: Known) -> bool:
    return known.agent is not None and known.agent.id == agent_id
