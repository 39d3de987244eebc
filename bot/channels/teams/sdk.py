"""Speaks to the Bot Connector through the Bot Framework SDK: the only file that knows it.

The SDK is given our own transport in place of its own, which would repeat a request that may have arrived.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn, cast

from botbuilder.core import CloudAdapterBase, TurnContext
from botbuilder.core.teams import TeamsInfo
from botbuilder.schema import Activity as SdkActivity
from botbuilder.schema import (
    ActivityTypes,
    ChannelAccount,
    ConversationAccount,
    ConversationParameters,
    ConversationReference,
    Entity,
)
from botframework.connector.aio import ConnectorClient
from botframework.connector.aiohttp_bf_pipeline import AsyncBfPipeline
from botframework.connector.auth import BotFrameworkAuthentication, ClaimsIdentity
from botframework.connector.auth.connector_factory import ConnectorFactory
from botframework.connector.bot_framework_sdk_client_async import BotFrameworkConnectorConfiguration
from msrest.exceptions import ClientException
from msrest.pipeline import AsyncHTTPSender, Response, SansIOHTTPPolicy

from bot.channels.teams.addresses import ServiceAddresses
from bot.channels.teams.transport import Transport
from bot.channels.teams.wire import Activity, Begun, Reference
from core.errors import NotAllowed, Refused, Unclear

PREVIEW_LENGTH = 100


class StreamInfo(Entity):
    """How a part of a streamed answer says where it belongs; the SDK's own entity would drop all but the type."""

    _attribute_map = {  # noqa: RUF012 - the SDK reads this attribute of the class
        "type": {"key": "type", "type": "str"},
        "streamType": {"key": "streamType", "type": "str"},
        "streamSequence": {"key": "streamSequence", "type": "int"},
        "streamId": {"key": "streamId", "type": "str"},
    }

    def __init__(self, values: Mapping[str, Any]) -> None:
        cast("Any", super()).__init__(type="streaminfo")
        self.streamType = values.get("streamType")
        self.streamSequence = values.get("streamSequence")
        self.streamId = values.get("streamId")


class TeamsSdk:
    """Implements `Wire`. Only addresses of the list are ever spoken to."""

    def __init__(self, transport: Transport, addresses: ServiceAddresses, app_id: str) -> None:
        self._adapter: Any = _Adapter(_OurAuthentication(transport))
        self._addresses = addresses
        self._app_id = app_id

    async def post(self, reference: Reference, activity: Activity) -> str:
        async def send(context: TurnContext) -> str:
            sent = await context.send_activity(_activity(activity))
            return str(sent.id or "") if sent else ""

        return await self._in(reference, send)

    async def update(self, reference: Reference, message_id: str, activity: Activity) -> None:
        async def change(context: TurnContext) -> str:
            changed = _activity(activity)
            changed.id = message_id
            await context.update_activity(changed)
            return message_id

        await self._in(reference, change)

    async def begin_thread(self, reference: Reference, channel_id: str, activity: Activity) -> Begun:
        wanted = ConversationParameters(
            is_group=True, channel_data={"channel": {"id": channel_id}}, activity=_activity(activity), bot=_bot(reference)
        )
        return await self._begin(reference, wanted)

    async def begin_chat(self, reference: Reference, user_id: str) -> Begun:
        wanted = ConversationParameters(
            is_group=False,
            bot=_bot(reference),
            members=[ChannelAccount(id=user_id)],
            tenant_id=reference.installation,
            channel_data={"tenant": {"id": reference.installation}},
        )
        return await self._begin(reference, wanted)

    async def member(self, reference: Reference, user_id: str) -> Mapping[str, Any]:
        found: dict[str, Any] = {}

        async def look_up(context: TurnContext) -> str:
            account: Any = await TeamsInfo.get_member(context, user_id)
            found.update(account.serialize())
            return ""

        await self._in(reference, look_up)
        return found

    async def _begin(self, reference: Reference, wanted: ConversationParameters) -> Begun:
        begun: list[Begun] = []

        async def note(context: TurnContext) -> None:
            made: Any = context.activity
            begun.append(Begun(conversation_id=str(made.conversation.id), message_id=str(made.id)))

        self._check(reference)
        with _Translated():
            await self._adapter.create_conversation(
                self._app_id, note, wanted, reference.channel_id, reference.service_url, audience=""
            )
        return begun[0]

    async def _in(self, reference: Reference, act: Callable[[TurnContext], Awaitable[str]]) -> str:
        """Goes on in a conversation by its reference; returns what `act` says."""
        said: list[str] = []

        async def turn(context: TurnContext) -> None:
            opened: Any = context.activity
            opened.id, opened.channel_data = None, {}
            said.append(await act(context))

        self._check(reference)
        place = ConversationReference(
            bot=_bot(reference),
            user=ChannelAccount(id=reference.account_id),
            conversation=ConversationAccount(
                id=reference.conversation_id, conversation_type=reference.kind, tenant_id=reference.installation
            ),
            channel_id=reference.channel_id,
            service_url=reference.service_url,
        )
        with _Translated():
            await self._adapter.continue_conversation(place, turn, claims_identity=_claims(self._app_id), audience="")
        return said[0]

    def _check(self, reference: Reference) -> None:
        if not self._addresses.allows(reference.service_url):
            raise Refused("The conversation's service address is not on the list: add it to channels.teams.service_urls.")


class _Translated:
    """Turns what the SDK raises into our own errors: it couldn't write the request, or couldn't read the answer."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, ValueError | TypeError):
            raise Refused("The message can't be written as Teams wants it: report it with the delivery's id.") from error
        if isinstance(error, ClientException):
            raise Unclear("Teams answered something that can't be read: look there whether the message arrived.") from error


class _Adapter(CloudAdapterBase):
    """The SDK's adapter, which takes no requests: those are checked and read before."""


class _OurAuthentication(BotFrameworkAuthentication):
    """Gives the SDK connections through our transport. Requests never reach it."""

    def __init__(self, transport: Transport) -> None:
        self._factory = _Connections(transport)

    async def authenticate_request(self, activity: Any, auth_header: str) -> NoReturn:
        raise NotAllowed("Requests are checked at the front door: send them to /api/messages.")

    async def authenticate_streaming_request(self, auth_header: str, channel_id_header: str) -> NoReturn:
        raise NotAllowed("Requests are checked at the front door: send them to /api/messages.")

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:
        return self._factory

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> Any:
        return None


class _Connections(ConnectorFactory):
    """One client for each service address."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._clients: dict[str, ConnectorClient] = {}

    async def create(self, service_url: str, audience: str) -> ConnectorClient:
        if service_url not in self._clients:
            self._clients[service_url] = self._made(service_url)
        return self._clients[service_url]

    def _made(self, service_url: str) -> ConnectorClient:
        unsigned = SansIOHTTPPolicy[Any, Any]()
        sender = _Sender(self._transport)
        url = service_url.rstrip("/")
        config = BotFrameworkConnectorConfiguration(unsigned, url, pipeline_type=AsyncBfPipeline, sender=cast("Any", sender))
        return ConnectorClient(unsigned, url, custom_configuration=config)


class _Sender(AsyncHTTPSender[Any, Any]):
    """Carries the SDK's requests over our transport, which adds the token."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def send(self, request: Any, **config: Any) -> Any:
        asked = request.http_request
        body = asked.data.encode() if isinstance(asked.data, str) else asked.data
        answered = await self._transport.call(asked.method, asked.url, body, dict(asked.headers))
        return Response(request, cast("Any", _Received(answered.status, answered.headers, answered.body)))

    def build_context(self) -> Any:
        return None

    async def __aexit__(self, *_: object) -> None:
        return None


class _Received:
    """An answer, as the SDK reads it."""

    def __init__(self, status_code: int, headers: dict[str, str], raw: bytes) -> None:
        self.status_code = status_code
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.reason = ""
        self._raw = raw

    def body(self) -> bytes:
        return self._raw

    def text(self, encoding: str | None = None) -> str:
        return self._raw.decode(encoding or "utf-8", "replace")


def _activity(values: Activity) -> Any:
    kind: Any = SdkActivity
    made: Any = kind.deserialize(dict(values))
    if values.get("entities"):
        made.entities = [StreamInfo(each) for each in values["entities"] if each.get("type") == "streaminfo"]
    made.type = values.get("type", ActivityTypes.message)
    return made


def _bot(reference: Reference) -> ChannelAccount:
    return ChannelAccount(id=reference.bot_id)


def _claims(app_id: str) -> ClaimsIdentity:
    return ClaimsIdentity({"aud": app_id, "appid": app_id}, True)
