"""Activities as Teams sends them: who writes where, and everything that people do there."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

Activity = dict[str, Any]
ORGANISATION = "8d5e1c52-0000-4000-8000-00000000a001"
BOT_NAME = "Rapport"
_ids = itertools.count(1_795_000_000_000)


@dataclass(frozen=True, kw_only=True)
class TeamsUser:
    """Somebody in an organisation. `id` is the channel's, `aad` the directory's."""

    id: str
    aad: str
    name: str
    email: str = ""
    principal_name: str = ""
    role: str = "user"
    organisation: str = ORGANISATION

    def account(self) -> Activity:
        return {"id": self.id, "name": self.name, "aadObjectId": self.aad}

    def member(self) -> Activity:
        """As a member lookup tells of them."""
        return {
            "id": self.id,
            "objectId": self.aad,
            "aadObjectId": self.aad,
            "name": self.name,
            "email": self.email,
            "userPrincipalName": self.principal_name or self.email,
            "tenantId": self.organisation,
            "userRole": self.role,
        }


ANN = TeamsUser(id="29:ann", aad="aad-ann", name="Ann Lind", email="ann@lind.example")
BEN = TeamsUser(id="29:ben", aad="aad-ben", name="Ben Roe", email="ben@halcyon.example")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something is written: `kind` is personal, groupChat or channel; `thread` the root message in a channel."""

    id: str = "a:ann"
    kind: str = "personal"
    thread: str = ""
    team: str = ""
    organisation: str = ORGANISATION

    @property
    def conversation_id(self) -> str:
        return f"{self.id};messageid={self.thread}" if self.thread else self.id


PERSONAL = Place()
CHANNEL = Place(id="19:help@thread.tacv2", kind="channel", thread="1795000000001", team="19:team@thread.tacv2")
GROUP = Place(id="19:group@thread.v2", kind="groupChat")


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Makes activities of one user in one place, with fresh ids and client times."""

    service_url: str
    app_id: str = ""
    user: TeamsUser = ANN
    place: Place = PERSONAL

    def message(self, text: str, *, mention: bool = False, **more: Any) -> Activity:
        """A typed message; `mention` puts the bot's name in front."""
        entities: list[Activity] = [{"type": "clientInfo", "locale": "en-US", "timezone": "Europe/Berlin", "platform": "Web"}]
        if mention:
            tag = f"<at>{BOT_NAME}</at>"
            entities.append({"type": "mention", "mentioned": {"id": self.bot["id"], "name": BOT_NAME}, "text": tag})
            text = f"{tag} {text}"
        return self._with(type="message", text=text, textFormat="plain", entities=entities, **more)

    def edited(self, message_id: str, text: str) -> Activity:
        return self._with(type="messageUpdate", id=message_id, text=text, event="editMessage")

    def deleted(self, message_id: str) -> Activity:
        return self._with(type="messageDelete", id=message_id, event="softDeleteMessage")

    def reacted(self, message_id: str, reaction: str = "like") -> Activity:
        return self._with(type="messageReaction", replyToId=message_id, reactionsAdded=[{"type": reaction}])

    def installed(self) -> Activity:
        return self._with(type="installationUpdate", action="add")

    def joined(self) -> Activity:
        """The bot came into the conversation."""
        return self._with(type="conversationUpdate", membersAdded=[{"id": self.bot["id"]}])

    def typing(self) -> Activity:
        return self._with(type="typing")

    def execute(self, verb: str, data: Mapping[str, Any], *, card_message: str = "", trigger: str = "manual") -> Activity:
        """Pressed an Action.Execute of the card in message `card_message`."""
        action = {"type": "Action.Execute", "verb": verb, "data": dict(data)}
        return self.invoke("adaptiveCard/action", {"action": action, "trigger": trigger}, replyToId=card_message or None)

    def submit(self, data: Mapping[str, Any], *, card_message: str = "") -> Activity:
        """Pressed an Action.Submit, as old clients do: a message without text."""
        return self._with(type="message", value=dict(data), replyToId=card_message or None)

    def task_fetch(self, data: Mapping[str, Any]) -> Activity:
        return self.invoke("task/fetch", {"data": {"type": "task/fetch", **data}, "context": {"theme": "default"}})

    def task_submit(self, data: Mapping[str, Any]) -> Activity:
        return self.invoke("task/submit", {"data": dict(data), "context": {"theme": "default"}})

    def query(self, command: str, text: str) -> Activity:
        """A search in the message extension."""
        options = {"skip": 0, "count": 25}
        parameters = [{"name": "text", "value": text}]
        return self.invoke("composeExtension/query", {"commandId": command, "parameters": parameters, "queryOptions": options})

    def extension_fetch(self, command: str, message: str) -> Activity:
        """Chose an action command of the message extension on somebody's message."""
        payload = {"id": "1795000000777", "body": {"contentType": "html", "content": f"<p>{message}</p>"}}
        value = {"commandId": command, "commandContext": "message", "messagePayload": payload, "context": {"theme": "default"}}
        return self.invoke("composeExtension/fetchTask", value)

    def extension_submit(self, command: str, data: Mapping[str, Any]) -> Activity:
        value = {"commandId": command, "commandContext": "message", "data": dict(data), "context": {"theme": "default"}}
        return self.invoke("composeExtension/submitAction", value)

    def invoke(self, name: str, value: Mapping[str, Any], **more: Any) -> Activity:
        return self._with(type="invoke", name=name, value=dict(value), **more)

    @property
    def bot(self) -> Activity:
        return {"id": f"28:{self.app_id or 'local'}", "name": BOT_NAME}

    def _with(self, *, event: str = "", **values: Any) -> Activity:
        now = datetime.now(UTC)
        activity = {
            "id": f"f:{next(_ids)}" if values["type"] == "invoke" else str(next(_ids)),
            "channelId": "msteams",
            "serviceUrl": self.service_url,
            "timestamp": _written(now),
            "localTimestamp": (now + timedelta(hours=1)).isoformat(timespec="milliseconds").replace("+00:00", "+01:00"),
            "localTimezone": "Europe/Berlin",
            "locale": "en-US",
            "from": self.user.account(),
            "recipient": self.bot,
            "conversation": self._conversation(),
            "channelData": self._channel_data(event),
            **values,
        }
        return {name: value for name, value in activity.items() if value is not None}

    def _conversation(self) -> Activity:
        shared = {} if self.place.kind == "personal" else {"isGroup": True}
        place = {"id": self.place.conversation_id, "conversationType": self.place.kind, "tenantId": self.place.organisation}
        return {**shared, **place}

    def _channel_data(self, event: str) -> Activity:
        data: Activity = {"tenant": {"id": self.place.organisation}}
        if event:
            data["eventType"] = event
        if self.place.kind == "channel":
            data |= {"channel": {"id": self.place.id}, "team": {"id": self.place.team}}
            data |= {"teamsChannelId": self.place.id, "teamsTeamId": self.place.team}
        return data


def again(activity: Activity) -> Activity:
    """The same thing told again under a new id and a new server time, the client's own time unchanged."""
    later = datetime.now(UTC) + timedelta(seconds=3)
    prefix = "f:" if activity["type"] == "invoke" else ""
    return {**activity, "id": f"{prefix}{next(_ids)}", "timestamp": _written(later)}


def _written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
