"""The addresses that Slack calls, and those at which the app is installed."""

from collections.abc import Sequence

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.channels.slack.app import SlackApp
from bot.channels.slack.oauth import LIFETIME, OAuth
from bot.channels.slack.verify import MOST_BYTES, NotSlack, Request, Signatures, body_of
from bot.http.markup import tag
from bot.http.pages import Page, html_response, problem_page
from bot.http.refusals import TooLarge
from core.errors import BadInput, NotFound, RapportError

COOKIE = "rapport_slack_install"
PATHS = ("/slack/events", "/slack/interactivity", "/slack/commands")


class SlackRoutes:
    """Signed requests go to the app; nothing else about them is believed. Without OAuth nothing can be installed here."""

    def __init__(self, app: SlackApp, signatures: Signatures, oauth: OAuth | None, *, secure: bool) -> None:
        self._app = app
        self._signatures = signatures
        self._oauth = oauth
        self._secure = secure

    def routes(self) -> Sequence[web.RouteDef]:
        return (
            *(web.post(path, self.receive) for path in PATHS),
            web.get("/slack/install", self.install, allow_head=False),
            web.get("/slack/oauth_redirect", self.installed, allow_head=False),
        )

    async def receive(self, request: web.Request) -> web.Response:
        """Answers once what was told is durable. A header that says "retry" changes nothing: repeats are known by their ids."""
        try:
            raw = await request.clone(client_max_size=MOST_BYTES).read()
        except web.HTTPRequestEntityTooLarge as error:
            raise TooLarge("The body is larger than 1 MB: Slack sends none that large.") from error
        except (HttpProcessingError, web.RequestPayloadError) as error:
            raise BadInput("The body can't be unpacked: send it as it is.") from error
        headers = {name.lower(): value for name, value in request.headers.items()}
        if len(request.headers.getall("X-Slack-Signature", ())) > 1:
            raise NotSlack("The request has two signatures.")
        signed = Request(headers=headers, body=raw)
        self._signatures.check(signed)
        answer = await self._app.dispatch(body_of(signed))
        return web.Response(status=answer.status, text=answer.text, content_type=answer.content_type)

    async def install(self, _request: web.Request) -> web.Response:
        """Sends an administrator to Slack."""
        begun = await self._asked().begin()
        response = web.Response(status=302, headers={"Location": begun.url})
        seconds = int(LIFETIME.total_seconds())
        response.set_cookie(
            COOKIE, begun.cookie, max_age=seconds, httponly=True, secure=self._secure, samesite="Lax", path="/slack"
        )
        return response

    async def installed(self, request: web.Request) -> web.Response:
        """Where Slack sends them back to."""
        try:
            await self._asked().finish(request.query, request.cookies.get(COOKIE, ""))
        except RapportError as error:
            response = problem_page(error.status, "That did not work", error.message)
        else:
            words = tag("p", "Write to it in a direct message, or invite it to a channel with /invite and mention it.")
            body = tag("main", tag("h1", "The app is installed"), words, class_="sheet")
            response = html_response(Page(title="Installed", body=(body,)))
        response.del_cookie(COOKIE, path="/slack")
        return response

    def _asked(self) -> OAuth:
        if self._oauth is None:
            raise NotFound("This server serves one workspace: the app is installed from its page at api.slack.com.")
        return self._oauth
