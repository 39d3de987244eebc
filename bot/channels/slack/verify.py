"""Checks that a request comes from Slack, before anything else reads it: the signature, its time, and the shape of the body."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from urllib.parse import parse_qsl

from core.clock import Clock
from core.errors import BadInput, RapportError

MOST_BYTES = 1024 * 1024
WINDOW = timedelta(minutes=5)
TIMESTAMP = re.compile(r"[0-9]{1,12}")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MOST_FIELDS = 200
HALF_A_CHARACTER = "\\ud"


class NotSlack(RapportError):
    """The request isn't signed by Slack, or not now."""

    code = "not_slack"
    status = 401


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as it came: header names in lower case, the body's bytes untouched."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Signatures:
    """Knows Slack's signatures (v0: HMAC-SHA256 over version, timestamp and body)."""

    def __init__(self, secret: str, wall: Clock) -> None:
        self._secret = secret.encode()
        self._wall = wall

    def check(self, request: Request) -> None:
        """Raises `NotSlack` for whatever isn't signed with the secret, within five minutes."""
        if not self._secret:
            raise NotSlack("No signing secret is set: name it in the environment, as config.toml says.")
        if request.content_type not in (JSON, FORM):
            raise NotSlack("That is no content type that Slack sends.")
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        given = request.headers.get("x-slack-signature", "")
        if not timestamp.isascii() or not TIMESTAMP.fullmatch(timestamp):
            raise NotSlack("The request has no timestamp of Slack's.")
        if abs(self._wall.now().timestamp() - int(timestamp)) > WINDOW.total_seconds():
            raise NotSlack("The request is older than five minutes, or this server's clock is wrong.")
        signed = b"v0:" + timestamp.encode() + b":" + request.body
        right = b"v0=" + hmac.new(self._secret, signed, hashlib.sha256).hexdigest().encode()
        if not hmac.compare_digest(right, given.encode("utf-8", "replace")):
            raise NotSlack("The request isn't signed with this app's signing secret.")


def body_of(request: Request) -> Mapping[str, Any]:
    """What a signed request says: an event, an interaction, or a command. Raises `BadInput` when it is none of them."""
    try:
        text = request.body.decode("utf-8")
        if request.content_type == JSON:
            return _object(text)
        fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))
    except UnicodeDecodeError as error:
        raise BadInput("The body is not UTF-8 text.") from error
    except ValueError as error:
        raise BadInput("The body can't be read as a form.") from error
    if "payload" in fields:
        return _object(fields["payload"])
    if "command" in fields or fields.get("ssl_check") == "1":
        return fields
    raise BadInput("The form has neither a payload nor a command.")


def _object(text: str) -> Mapping[str, Any]:
    try:
        body: object = json.loads(text)
        if HALF_A_CHARACTER in text.lower():
            body = json.loads(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise BadInput("The body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise BadInput("The body must be a JSON object.")
    return cast("Mapping[str, Any]", body)
