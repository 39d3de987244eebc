"""Forgets a person wherever channels keep where they spoke."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from bot.channels.slack.forget import forget_user as forget_on_slack
from bot.channels.teams.references import forget_user as forget_on_teams
from bot.links.forget import users_of

FORGET: Mapping[str, Callable[[Connection, str, str, str], int]] = {"slack": forget_on_slack, "teams": forget_on_teams}


def erase(conn: Connection, tenant: str, person: str) -> int:
    """Removes what leads to a person on Slack and Teams. Before their links go, which say who they are there."""
    users = [user for user in users_of(conn, tenant, person) if user.channel in FORGET]
    return sum(FORGET[user.channel](conn, tenant, user.installation, user.user_id) for user in users)
