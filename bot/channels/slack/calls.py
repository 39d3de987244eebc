"""One call to Slack's Web API, and what its failures mean: certainly not done, refused for good, or nobody knows."""

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, cast

import aiohttp

from core.errors import NotSent, RapportError, Refused, Unclear

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

RATE_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
UNCLEAR = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
NOT_SUPPORTED = frozenset(
    {"unknown_method", "method_not_supported_for_channel_type", "feature_not_enabled", "not_supported", "method_deprecated"}
    | {"HTTP 404", "HTTP 405"}
)
FORMS = frozenset({"oauth.v2.access"})
BAD_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format"})
WORDS: Mapping[str, str] = {
    "channel_not_found": "there is no such channel, or the app can't see it: invite the app to it with /invite.",
    "not_in_channel": "the app isn't in that channel: invite it with /invite.",
    "is_archived": "the channel is archived: restore it, or choose another.",
    "restricted_action": "the workspace doesn't let the app post there: ask an administrator of the workspace.",
    "missing_scope": "the app lacks a permission: add the scope to the app, then install it again.",
    "account_inactive": "the app was removed from the workspace or its user is switched off: install it again.",
    "token_revoked": "the app's token was revoked: install it again.",
    "token_expired": "the app's token has expired: install it again, with token rotation off.",
    "invalid_auth": "the token is not valid: check the bot token in the environment, or install the app again.",
    "not_authed": "no token was given: set the bot token in the environment, or install the app.",
    "msg_too_long": "the message is too long for Slack: shorten it.",
    "invalid_blocks": "Slack doesn't take the layout of the message: report this, with the log.",
    "no_permission": "the app may not do this in the workspace: check its scopes.",
    "org_login_required": "the workspace is being moved to an organisation: try again when that is done.",
    "team_access_not_granted": "the app isn't approved for this workspace: ask an administrator to approve it.",
    "user_not_found": "there is no such person in the workspace.",
    "cannot_dm_bot": "that is an app and not a person.",
    "message_not_found": "the message is gone.",
    "thread_not_found": "the thread is gone.",
    "expired_trigger_id": "the window was opened too late: press the button again.",
}


class RefusedBySlack(Refused):
    """Slack said `ok: false`; `error` is its code."""

    def __init__(self, method: str, error: str, needed: str = "") -> None:
        what = WORDS.get(error, "see the list of errors of that method in Slack's documentation.")
        more = f" (scope {needed})" if needed else ""
        super().__init__(f"Slack refused {method} ({error}){more}: {what}", method=method, error=error)
        self.error = error

    @property
    def of_blocks(self) -> bool:
        """Whether it is the layout that Slack doesn't take."""
        return self.error in BAD_BLOCKS

    @property
    def unsupported(self) -> bool:
        """Whether this Slack doesn't know the method or doesn't offer it here."""
        return self.error in NOT_SUPPORTED


async def call(client: "AsyncWebClient", method: str, **params: Any) -> Mapping[str, Any]:
    """Calls a method once, encoded as the SDK does it, and returns the answer's fields.

    Raises `NotSent` (nothing happened), `Refused` (a `RefusedBySlack`) or `Unclear`.
    """
    from slack_sdk.errors import SlackApiError

    try:
        answer = await _sending(client, method, params)
        return cast("Mapping[str, Any]", answer.data)
    except SlackApiError as error:
        raise _meaning(method, error.response) from error
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise NotSent("Slack can't be reached: check the network and channels.slack.api_url.") from error
    except (aiohttp.ClientError, OSError, TimeoutError, AttributeError) as error:
        _unclear(method, type(error).__name__, error)


def _sending(client: Any, method: str, params: Mapping[str, Any]) -> Awaitable[Any]:
    """By the SDK's own function for the method, which knows how it is encoded; a few are plain forms."""
    if method in FORMS:
        return client.api_call(method, data=dict(params))
    return getattr(client, method.replace(".", "_"))(**params)


def _meaning(method: str, response: Any) -> RapportError:
    """What an answer other than `ok: true` means."""
    status = int(getattr(response, "status_code", None) or getattr(response, "status", 0))
    data: object = getattr(response, "data", None)
    fields: Mapping[str, Any] = cast("Mapping[str, Any]", data) if isinstance(data, dict) else dict[str, Any]()
    error = str(fields.get("error", ""))
    if status == 429 or error in RATE_LIMITED:
        return NotSent("Slack asks to be sent less: it is tried again.", retry_after_s=_seconds(response))
    if status == 408 or status >= 500 or error in UNCLEAR or (not error and status == 200):
        return Unclear(f"Slack didn't say whether {method} was done ({error or status}): look there before sending it again.")
    return RefusedBySlack(method, error or f"HTTP {status}", str(fields.get("needed", "")))


def _seconds(response: Any) -> float | None:
    headers: Mapping[str, str] = getattr(response, "headers", None) or {}
    given = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        return max(0.0, float(given))
    except ValueError:
        return None


def _unclear(method: str, what: str, error: BaseException) -> NoReturn:
    raise Unclear(
        f"The connection to Slack broke during {method} ({what}): look there before sending it again.", method=method
    ) from error
