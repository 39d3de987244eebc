"""The app that Slack talks to: bolt finds out what a body is, our listeners take it in, and only then is it answered."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import structlog

from bot.channels.slack.heard import Body, bot_user_of, inside, listed, team_of, teams_of, text_in
from bot.channels.slack.installs import Installation
from bot.channels.slack.listening import Listening
from bot.channels.slack.workspaces import Workspaces
from core.errors import BadInput, RapportError, Unavailable

if TYPE_CHECKING:
    from slack_bolt.authorization import AuthorizeResult
    from slack_bolt.context.async_context import AsyncBoltContext
    from slack_bolt.response import BoltResponse

ANY = re.compile(r".*", re.DOTALL)
TEXTS = frozenset(
    {"type", "id", "team_id", "user_id", "enterprise_id", "event_id", "callback_id", "action_id", "block_id", "command"}
    | {"response_url", "trigger_id", "app_installed_team_id", "subtype", "channel_id", "name", "value"}
)
OBJECTS = ("event", "user", "team", "view", "channel", "message", "container", "enterprise")
FOUND = "installation"
UNREADABLE = (AttributeError, TypeError, KeyError, ValueError, IndexError)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What Slack is answered."""

    status: int
    text: str = ""
    content_type: str = "text/plain"


class SlackApp:
    """Takes bodies that are known to come from Slack, by HTTP or by socket."""

    def __init__(self, listening: Listening, workspaces: Workspaces) -> None:
        self._listening = listening
        self._workspaces = workspaces
        self._log = structlog.get_logger("slack")
        self._app = self._built()

    async def dispatch(self, body: Body) -> Answer:
        """Takes a body in. Answers 200 once it is safe, 503 when it should come again. Raises `BadInput` for what is no body."""
        from slack_bolt.request.async_request import AsyncBoltRequest

        shaped(body)
        found = await self._workspaces.find(*teams_of(body))
        if found is None and not _asks_whether_we_listen(body):
            self._log.warning("slack.not_installed", team=team_of(body))
            return Answer(status=200)
        try:
            known = {name: value for name, value in body.items() if value is not None}
            request = AsyncBoltRequest(body=known, mode="socket_mode", context={FOUND: found})
            response = await self._app.async_dispatch(request)
        except UNREADABLE as error:
            raise BadInput("The body isn't one of Slack's.") from error
        if response.status == 404:
            return Answer(status=200)
        content_type = (response.headers.get("content-type") or ["text/plain"])[0].partition(";")[0]
        return Answer(status=response.status, text=response.body or "", content_type=content_type)

    def _built(self) -> Any:
        from slack_bolt.async_app import AsyncApp
        from slack_sdk.web.async_client import AsyncWebClient

        async def authorize(context: "AsyncBoltContext") -> "AuthorizeResult | None":
            return await self._authorized(context)

        async def failed(error: Exception, body: dict[str, Any]) -> "BoltResponse":
            return self._failed(error, body)

        quiet = logging.getLogger("bot.channels.slack.bolt")
        quiet.setLevel(logging.CRITICAL)
        app: Any = AsyncApp(
            name="rapport",
            logger=quiet,
            signing_secret="",
            request_verification_enabled=False,
            process_before_response=True,
            attaching_conversation_kwargs_enabled=False,
            authorize=cast("Any", authorize),
            client=AsyncWebClient(base_url=self._workspaces.url, retry_handlers=[], logger=quiet),
        )
        app.error(failed)
        self._listen(app)
        return app

    def _listen(self, app: Any) -> None:
        listening = self._listening

        async def event(ack: Any, body: dict[str, Any], context: Any) -> None:
            await listening.on_event(ack, body, bot_user_of(body) or context.get("bot_user_id") or "")

        async def action(ack: Any, body: dict[str, Any]) -> None:
            await listening.on_action(ack, body)

        async def command(ack: Any, body: dict[str, Any]) -> None:
            await listening.on_command(ack, body)

        async def shortcut(ack: Any, body: dict[str, Any]) -> None:
            await listening.on_shortcut(ack, body)

        async def view(ack: Any, body: dict[str, Any]) -> None:
            await listening.on_view(ack, body)

        async def options(ack: Any, body: dict[str, Any]) -> None:
            await listening.on_options(ack, body)

        app.event(ANY)(event)
        app.action(ANY)(action)
        app.command(ANY)(command)
        app.shortcut(ANY)(shortcut)
        app.view_submission(ANY)(view)
        app.view_closed(ANY)(view)
        app.options(ANY)(options)

    async def _authorized(self, context: "AsyncBoltContext") -> "AuthorizeResult | None":
        """Whose token answers: that of the installation for which the body was taken in. Bolt itself never speaks to users."""
        from slack_bolt.authorization import AuthorizeResult

        found = cast("Installation | None", cast("Any", context).get(FOUND))
        if found is None:
            return None
        return AuthorizeResult(
            enterprise_id=context.enterprise_id,
            team_id=context.team_id,
            bot_id=found.bot or None,
            bot_user_id=found.bot_user or None,
            bot_token=found.token,
        )

    def _failed(self, error: Exception, body: dict[str, Any]) -> "BoltResponse":
        """What couldn't be made safe comes again; what can't be used doesn't."""
        from slack_bolt.response import BoltResponse

        names = {"event_id": str(body.get("event_id", "")), "team": team_of(body), "teams": len(teams_of(body))}
        if isinstance(error, Unavailable):
            self._log.warning("slack.not_taken", message=error.message, **names)
            return BoltResponse(status=503, body="")
        if isinstance(error, RapportError):
            self._log.warning("slack.not_used", code=error.code, message=error.message, **names)
            return BoltResponse(status=200, body="")
        self._log.error("slack.failed", exc_info=error, **names)
        return BoltResponse(status=500, body="")


def shaped(body: Mapping[str, Any]) -> None:
    """Raises `BadInput` unless the parts of a body that have a known shape have it."""
    for name in OBJECTS:
        if body.get(name) is not None and not isinstance(body[name], Mapping):
            raise BadInput(f"The field {name} of the body must be an object.", field=name)
    for name in ("actions", "authorizations"):
        items: object = body.get(name)
        if items is not None and not (isinstance(items, list) and all(map(_is_object, cast("list[object]", items)))):
            raise BadInput(f"The field {name} of the body must be a list of objects.", field=name)
    if body.get("type") == "block_actions" and not all(text_in(each, "action_id") for each in body.get("actions") or ()):
        raise BadInput("Every action of the body must have an action_id.", field="actions")
    for part in (body, *(inside(body, name) for name in OBJECTS), *listed(body, "actions"), *listed(body, "authorizations")):
        wrong = next((name for name in TEXTS if not isinstance(part.get(name, ""), str | None)), None)
        if wrong:
            raise BadInput(f"Every field {wrong} of the body must be a text.", field=wrong)
    if body.get("type") == "event_callback" and not text_in(body, "event", "type"):
        raise BadInput("The body has no event with a type.", field="event")


def _is_object(value: object) -> bool:
    return isinstance(value, Mapping)


def _asks_whether_we_listen(body: Mapping[str, Any]) -> bool:
    """Slack's own questions to an address, which belong to no workspace."""
    return body.get("type") == "url_verification" or body.get("ssl_check") == "1"
