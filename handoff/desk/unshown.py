"""What a surface didn't certainly show, listed beside the messages that customers may not have got."""

from collections.abc import Callable

from core.errors import NotFound
from handoff.desk.posts import REFUSED_KIND, Post, PostState
from handoff.desk.views import Arrived, DeliveryView
from handoff.desk.words import channel_in_words, plain

Reshow = Callable[[Post], None]

_MARK = "post"
_SEPARATOR = "|"
_ERRORS = {
    PostState.UNCLEAR: "Nobody knows whether it was shown: look there first.",
    PostState.SENDING: "Rapport stopped while it was being shown: look there first.",
    PostState.REFUSED: "It was refused there: have an administrator look at the log.",
}


def as_delivery(post: Post) -> DeliveryView:
    """A post as a line of the list. `channel` is the surface."""
    kind, _, subject = post.subject.partition(":") if post.kind == REFUSED_KIND else (post.kind, "", post.subject)
    return DeliveryView(
        id=_SEPARATOR.join((_MARK, post.surface, post.kind, post.subject)),
        conversation_id="",
        case_id=subject if kind == "case" else None,
        channel=channel_in_words(post.surface),
        text=f"For the desk: {plain(kind).lower()} {subject}",
        arrived=Arrived.FAILED if post.state is PostState.REFUSED else Arrived.UNKNOWN,
        error=_ERRORS.get(post.state, ""),
        at=post.at,
        again=post.state is PostState.REFUSED,
    )


def is_post(delivery_id: str) -> bool:
    return delivery_id.startswith(_MARK + _SEPARATOR)


def post_of(delivery_id: str) -> tuple[str, str, str]:
    """Surface, kind and subject. Raises `NotFound` for an id that names no post."""
    parts = delivery_id.split(_SEPARATOR, 3)
    if len(parts) != 4:
        raise NotFound(f"There is no delivery {delivery_id}: check the id.", delivery_id=delivery_id)
    return parts[1], parts[2], parts[3]
