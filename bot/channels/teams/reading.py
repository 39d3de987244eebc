"""Reads activities: who did what in which conversation, whatever else Teams sends along."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from bot.channels.teams.wire import Activity, Reference
from bot.links.port import ChannelUser
from core.conversation import ConversationRef
from core.errors import BadInput

CHANNEL = "teams"
LOCAL = "local"
INVOKE = "invoke"
PERSONAL = "personal"
KINDS = (PERSONAL, "groupChat", "channel")
ID_LENGTH = 200
LONGEST_ID = 1_000
LONGEST_NAME = 120
MENTION = re.compile(r"<at(?:\s[^>]*)?>(.*?)</at>", re.DOTALL | re.IGNORECASE)
SPACES = re.compile(r"&nbsp;|\u00a0")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
NO_FILES = ("text/html", "application/vnd.microsoft.card.")


@dataclass(frozen=True, kw_only=True)
class Received:
    """An activity, read. `kind` is its type, `name` an invoke's.

    `addressed`: said to the bot: in private, or with its name. `stamp` is the client's own time as it was sent, `value` what a
    card or a dialog sends, `activity` all of it as it came.
    """

    kind: str
    id: str
    name: str
    user: ChannelUser
    account_id: str
    ref: ConversationRef
    reference: Reference
    text: str
    addressed: bool
    value: Mapping[str, Any]
    reply_to: str
    stamp: str
    action: str
    bot_added: bool
    files: bool
    own: bool
    language: str
    activity: Activity

    @property
    def written_at(self) -> datetime | None:
        try:
            at = datetime.fromisoformat(self.stamp)
        except ValueError:
            return None
        return at if at.tzinfo else None


def kept_id(conversation_id: str) -> str:
    """The conversation's id as it is kept: Teams' own, or a stable digest of one that is too long."""
    if len(conversation_id) <= ID_LENGTH:
        return conversation_id
    return f"sha256:{hashlib.sha256(conversation_id.encode()).hexdigest()}"


def thread_root(conversation_id: str) -> str:
    """A channel's id without its thread."""
    return conversation_id.partition(";messageid=")[0]


def read(activity: Activity, tenant: str) -> Received:
    """Raises `BadInput` for what can't be an activity of Teams."""
    reference, user = _reference(activity), _user(activity, tenant)
    sender = part(activity, "from")
    place_id = kept_id(reference.conversation_id)
    return Received(
        kind=_text(activity, "type"),
        id=_id(activity, "id")[:ID_LENGTH],
        name=_text(activity, "name"),
        user=user,
        account_id=_id(sender, "id", ""),
        ref=ConversationRef(tenant=tenant, channel=CHANNEL, installation=user.installation, conversation_id=place_id),
        reference=reference,
        text=_words(activity, reference.bot_id),
        addressed=reference.private or reference.bot_id in _mentioned(activity),
        value=part(activity, "value"),
        reply_to=_id(activity, "replyToId", "")[:ID_LENGTH],
        stamp=_text(activity, "localTimestamp")[:64],
        action=_text(activity, "action"),
        bot_added=reference.bot_id in [_text(each, "id") for each in _parts(activity, "membersAdded")],
        files=any(_is_file(each) for each in _parts(activity, "attachments")),
        own=_id(sender, "id", "") == reference.bot_id or _text(sender, "role") == "bot",
        language=_text(activity, "locale")[:16] or "en",
        activity=activity,
    )


def _reference(activity: Activity) -> Reference:
    place = part(activity, "conversation")
    kind = str(place.get("conversationType") or PERSONAL)
    if kind not in KINDS:
        raise BadInput(f"The conversationType {kind[:40]} is none of {', '.join(KINDS)}.")
    return Reference(
        conversation_id=_id(place, "id"),
        service_url=_id(activity, "serviceUrl"),
        installation=_installation(activity),
        kind=kind,
        bot_id=_id(part(activity, "recipient"), "id", ""),
        account_id=_id(part(activity, "from"), "id", "") if kind == PERSONAL else "",
        channel_id=_id(activity, "channelId", "msteams"),
    )


def _user(activity: Activity, tenant: str) -> ChannelUser:
    sender = part(activity, "from")
    return ChannelUser(
        tenant=tenant,
        channel=CHANNEL,
        installation=_installation(activity),
        user_id=(_id(sender, "aadObjectId", "") or _id(sender, "id", ""))[:ID_LENGTH],
        name=_clean(_text(sender, "name"))[:LONGEST_NAME],
        private=_reference(activity).private,
    )


def _installation(activity: Activity) -> str:
    """The organisation whose conversation it is."""
    told = _id(part(part(activity, "channelData"), "tenant"), "id", "")
    return (_id(part(activity, "conversation"), "tenantId", "") or told or LOCAL)[:ID_LENGTH]


def _words(activity: Activity, bot_id: str) -> str:
    """What was said, without the bot's own name; others' names stay."""
    text = _text(activity, "text")
    for each in _parts(activity, "entities"):
        if each.get("type") == "mention" and _text(part(each, "mentioned"), "id") == bot_id and _text(each, "text"):
            text = text.replace(_text(each, "text"), " ")
    return _clean(MENTION.sub(r"\1", SPACES.sub(" ", text))).strip()


def _mentioned(activity: Activity) -> set[str]:
    entities = (each for each in _parts(activity, "entities") if each.get("type") == "mention")
    return {_text(part(each, "mentioned"), "id") for each in entities} - {""}


def _is_file(attachment: Mapping[str, Any]) -> bool:
    return not _text(attachment, "contentType").startswith(NO_FILES)


def _clean(text: str) -> str:
    return CONTROL.sub("", text)


def part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object inside of another; empty when there is none."""
    found = body.get(name)
    return cast("Mapping[str, Any]", found) if isinstance(found, dict) else {}


def _parts(body: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    found = body.get(name)
    listed = cast("list[object]", found) if isinstance(found, list) else []
    return [cast("Mapping[str, Any]", each) for each in listed if isinstance(each, dict)]


def _text(body: Mapping[str, Any], name: str) -> str:
    found = body.get(name)
    return found if isinstance(found, str) else ""


def _id(body: Mapping[str, Any], name: str, missing: str | None = None) -> str:
    """An id: printable, of a bounded length. Raises `BadInput` otherwise, and for a missing one unless `missing` is given."""
    found = body.get(name)
    if found is None and missing is not None:
        return missing
    if not isinstance(found, str) or not found.isprintable() or len(found) > LONGEST_ID or not (found or missing is not None):
        raise BadInput(f"The activity's {name} is missing or malformed.", field=name)
    return found
