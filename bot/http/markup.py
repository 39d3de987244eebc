"""HTML from values: every text is escaped, so that a page can hold nothing but what its code puts there."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

EMPTY = frozenset({"input", "link", "meta", "br", "hr", "img"})


@dataclass(frozen=True)
class Html:
    """Markup that is safe to send as it is."""

    text: str

    def __str__(self) -> str:
        return self.text


Child = Html | str


def tag(name: str, /, *children: Child | Iterable[Child], **attributes: str | bool | None) -> Html:
    """An element. Texts are escaped; `class_` spells class, `aria_label` aria-label; True is a bare attribute, None is none."""
    opened = "".join([f"<{name}", *(_attribute(key, value) for key, value in attributes.items()), ">"])
    if name in EMPTY:
        return Html(opened)
    return Html(f"{opened}{join(children).text}</{name}>")


def join(children: Iterable[Child | Iterable[Child]]) -> Html:
    """Several in a row."""
    parts: list[str] = []
    for child in children:
        if isinstance(child, Html):
            parts.append(child.text)
        elif isinstance(child, str):
            parts.append(escape(child))
        else:
            parts.append(join(child).text)
    return Html("".join(parts))


def _attribute(key: str, value: str | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
