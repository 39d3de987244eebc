"""Reads what pages send: JSON objects of a bounded size, each field checked, with an error that says how to mend it."""

import json
import re
from collections.abc import Mapping
from typing import cast

from aiohttp import web

from bot.http.refusals import TooLarge, WrongType
from core.errors import BadInput

LARGEST_BYTES = 64 * 1024
NAME = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
DIGITS = re.compile(r"[0-9]{1,9}")


async def json_body(request: web.Request) -> Mapping[str, object]:
    """The body as an object. Raises `WrongType`, `TooLarge` or `BadInput`."""
    if request.content_type != "application/json":
        raise WrongType("Send JSON, with the header Content-Type: application/json.")
    try:
        raw = await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise TooLarge(
            f"The body is larger than {LARGEST_BYTES // 1024} kB: shorten the message, or send it in parts."
        ) from error
    try:
        body: object = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadInput("The body is not UTF-8 text: encode it as UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise BadInput("The body is not valid JSON: correct it, then send it again.") from error
    if not isinstance(body, dict):
        raise BadInput("The body must be a JSON object.")
    return cast("Mapping[str, object]", body)


def text_of(body: Mapping[str, object], name: str, *, most: int) -> str:
    """A text that a person wrote: not empty, not too long, not binary."""
    value, what = body.get(name), "message" if name == "text" else f"field {name}"
    if not isinstance(value, str):
        raise BadInput(f"The field {name} must be a text.", field=name)
    if not value.strip():
        raise BadInput(f"The {what} is empty: write something first.", field=name)
    if len(value) > most:
        raise BadInput(f"The {what} is longer than {most:,} characters: shorten it, or send it in parts.", field=name)
    if CONTROL.search(value) or any("\ud800" <= char <= "\udfff" for char in value):
        raise BadInput(f"The {what} holds binary data: send plain text.", field=name)
    return value


def name_of(body: Mapping[str, object], name: str, *, shape: re.Pattern[str] = NAME) -> str:
    """An id or a code word."""
    value = body.get(name)
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise BadInput(f"The field {name} is missing or malformed: send 1 to 128 letters, digits, or _ . : -", field=name)
    return value


def client_id_of(body: Mapping[str, object]) -> str:
    """The sender's own id of a message, by which a repeat is known."""
    value = body.get("client_msg_id")
    if not isinstance(value, str) or not CLIENT_ID.fullmatch(value):
        raise BadInput("client_msg_id must be 8 to 64 letters, digits, _ or -: send a random one with each message.")
    return value


def choice_of(body: Mapping[str, object], name: str, choices: tuple[str, ...]) -> str:
    value = body.get(name)
    if not isinstance(value, str) or value not in choices:
        raise BadInput(f"The field {name} must be one of {', '.join(choices)}.", field=name)
    return value


def flag_of(body: Mapping[str, object], name: str) -> bool:
    value = body.get(name)
    if not isinstance(value, bool):
        raise BadInput(f"The field {name} must be true or false.", field=name)
    return value


def number_in_query(request: web.Request, name: str, default: int) -> int:
    """A whole number from the address."""
    given = request.query.get(name, "")
    if not given:
        return default
    if not DIGITS.fullmatch(given):
        raise BadInput(f"{name} in the address must be a whole number from 0 on.", field=name)
    return int(given)


def id_in_path(request: web.Request, name: str) -> str:
    """An id from the address. One that can't exist is refused like one that doesn't."""
    given = request.match_info.get(name, "")
    if not NAME.fullmatch(given):
        raise BadInput(f"The {name} in the address is malformed: use a link from this page.", field=name)
    return given
