"""Forgets where somebody spoke with the app on Slack."""

from sqlalchemy import Connection, delete

from bot.channels.slack.tables import threads


def forget_user(conn: Connection, tenant: str, team: str, user_id: str) -> int:
    """Removes the threads in which this user was the last to speak. Who mentions the app there again is answered again."""
    theirs = (threads.c.tenant == tenant, threads.c.user_team == team, threads.c.user_id == user_id)
    return conn.execute(delete(threads).where(*theirs)).rowcount
