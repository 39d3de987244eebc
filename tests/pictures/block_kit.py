"""Draws Block Kit as Slack would, so that cards can be judged by looking: `python -m tests.pictures.block_kit --out FOLDER`.

Every snapshot of tests/snapshots/slack and tests/snapshots/slack_desk gets a sheet with its name and its fallback text. What
waits behind a menu or a button's dialog is written small below it.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from tests.pictures.mrkdwn import markdown_html, mrkdwn_html, plain_html

HERE = Path(__file__).parent
SNAPSHOTS = HERE.parent / "snapshots"
FOLDERS = ("slack", "slack_desk")
PRIVATE = ("draft", "action_", "answer", "customer")
CHROMIUM = "/usr/bin/chromium"

Block = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """Who a message is from."""

    name: str
    colour: str
    app: bool = True
    at: str = "14:02"


ASSISTANT = Speaker(name="Halcyon support", colour="#4a54c4")


def sheet(name: str, inside: str, fallback: str = "") -> str:
    """One named picture."""
    below = f'<div class="fallback">Notification: {mrkdwn_html(fallback)}</div>' if fallback else ""
    return f'<div class="sheet"><div class="name">{plain_html(name)}</div>{below}{inside}</div>'


def page(sheets: Iterable[str]) -> str:
    css = (HERE / "slack.css").read_text(encoding="utf-8")
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><style>{css}</style><body>{"".join(sheets)}</body></html>'


def message(blocks: Sequence[Block], speaker: Speaker = ASSISTANT, *, private: bool = False, below: str = "") -> str:
    """A message as it stands in a channel; a private one says who sees it."""
    app = '<span class="app">APP</span>' if speaker.app else ""
    avatar = f'<div class="avatar" style="background:{speaker.colour}">{speaker.name[0]}</div>'
    who = f'<span class="who">{plain_html(speaker.name)}</span>{app}<span class="at">{speaker.at}</span>'
    said = f'<div class="said">{avatar}<div>{who}{drawn(blocks)}{below}</div></div>'
    return f'<div class="private"><div class="eye">Only visible to you</div>{said}</div>' if private else said


def view(given: Mapping[str, Any]) -> str:
    """A modal or a Home tab."""
    if given["type"] == "home":
        return f'<div class="home">{drawn(given["blocks"])}</div>'
    top = f'<div class="top">{_text(given["title"])}<span class="close">✕</span></div>'
    buttons = [f'<span class="button">{_text(given["close"])}</span>'] if "close" in given else []
    buttons += [f'<span class="button primary">{_text(given["submit"])}</span>'] if "submit" in given else []
    foot = f'<div class="foot">{"".join(buttons)}</div>' if buttons else ""
    return f'<div class="modal">{top}<div class="body">{drawn(given["blocks"])}</div>{foot}</div>'


def drawn(blocks: Sequence[Block]) -> str:
    return "".join(BLOCKS[block["type"]](block) for block in blocks)


def _text(given: Mapping[str, Any]) -> str:
    if given["type"] == "mrkdwn":
        return mrkdwn_html(given["text"])
    return plain_html(given["text"], emoji=bool(given.get("emoji", True)))


def _section(block: Block) -> str:
    text = f'<div class="text">{_text(block["text"])}</div>' if "text" in block else ""
    accessory = _element(block["accessory"]) if "accessory" in block else ""
    above = f'<div class="block section">{text}{accessory}</div>' if text else ""
    fields = "".join(f"<div>{_text(field)}</div>" for field in block.get("fields", ()))
    return above + (f'<div class="fields">{fields}</div>' if fields else "")


def _context(block: Block) -> str:
    return f'<div class="context">{"".join(f"<span>{_text(each)}</span>" for each in block["elements"])}</div>'


def _actions(block: Block) -> str:
    elements: Sequence[Block] = block["elements"]
    behind = "".join(f'<div class="behind">{each}</div>' for each in map(_behind, elements) if each)
    return f'<div class="actions">{"".join(map(_element, elements))}</div>{behind}'


def _input(block: Block) -> str:
    optional = ' <span class="optional">(optional)</span>' if block.get("optional") else ""
    hint = f'<div class="hint">{_text(block["hint"])}</div>' if "hint" in block else ""
    return f'<div class="block input"><label>{_text(block["label"])}{optional}</label>{_field(block["element"])}{hint}</div>'


def _field(element: Block) -> str:
    if "initial_option" in element:
        value = _text(element["initial_option"]["text"])
    else:
        value = plain_html(str(element.get("initial_value") or element.get("initial_date") or ""))
    placeholder = _text(element["placeholder"]) if "placeholder" in element else ""
    many = " multiline" if element.get("multiline") else ""
    select = " select" if element["type"].endswith(("select", "picker")) else ""
    listed = " · ".join(_text(option["text"]) for option in element.get("options", ()))
    behind = f'<div class="behind">{listed}</div>' if listed else ""
    return f'<div class="field{many}{select}">{value or f"""<span class="placeholder">{placeholder}</span>"""}</div>{behind}'


def _element(element: Block) -> str:
    match element["type"]:
        case "button":
            return f'<span class="button {element.get("style", "")}">{_text(element["text"])}</span>'
        case "overflow":
            return '<span class="overflow">•••</span>'
        case "feedback_buttons":
            pair = (element["positive_button"], element["negative_button"])
            drawn_pair = "".join(f"<span>{_text(each['text'])}</span>" for each in pair)
            return f'<span class="feedback">{drawn_pair}</span>'
        case other:
            raise ValueError(f"There is no way yet to draw {other}: add one here.")


def _behind(element: Block) -> str:
    """What isn't seen before something is pressed."""
    if element["type"] == "overflow":
        return "••• " + " · ".join(_text(option["text"]) for option in element["options"])
    asked = element.get("confirm")
    if not asked:
        return ""
    said = [_text(asked[name]) for name in ("title", "text")]
    return f"“{_text(element['text'])}” asks: <b>{said[0]}</b> {said[1]} [{_text(asked['deny'])}] [{_text(asked['confirm'])}]"


BLOCKS: Mapping[str, Callable[[Block], str]] = {
    "section": _section,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "header": lambda block: f'<div class="header">{_text(block["text"])}</div>',
    "divider": lambda _block: "<hr>",
    "markdown": lambda block: f'<div class="block">{markdown_html(block["text"])}</div>',
    "context_actions": lambda block: f'<div class="actions">{"".join(map(_element, block["elements"]))}</div>',
}


def snapshots(folder: str) -> dict[str, str]:
    """A sheet for each snapshot in a folder, by name."""
    found = sorted((SNAPSHOTS / folder).glob("*.json"))
    return {path.stem: _sheet(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in found}


def shoot(pictures: Mapping[str, str], out: Path, *, scale: float = 1.5) -> None:
    """Writes a picture for each page."""
    from playwright.sync_api import sync_playwright

    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 700, "height": 200}, device_scale_factor=scale)
        for name, written in pictures.items():
            tab.set_content(written)
            tab.screenshot(path=out / f"{name}.png", full_page=True)
        browser.close()


def _sheet(name: str, kept: Any) -> str:
    """A snapshot is a view, a message, a list of messages, or a list of blocks."""
    if isinstance(kept, dict) and "type" in kept:
        return sheet(name, view(cast("Block", kept)))
    listed = cast("list[Any]", kept if isinstance(kept, list) else [kept])
    messages = [each if "blocks" in each else {"blocks": each} for each in listed if not _is_block(each)]
    messages = messages or [{"blocks": listed}]
    private = isinstance(kept, dict) and name.startswith(PRIVATE) and name != "action_done"
    said = "".join(message(each["blocks"], private=private) for each in messages)
    return sheet(name, said, " ⏎ ".join(str(each["text"]) for each in messages if "text" in each))


def _is_block(given: Any) -> bool:
    return isinstance(given, dict) and "type" in given


def main() -> None:
    parser = argparse.ArgumentParser(description="Draws all Slack cards.")
    parser.add_argument("--out", type=Path, required=True, help="the folder to draw into")
    out: Path = parser.parse_args().out
    for folder in FOLDERS:
        found = snapshots(folder)
        shoot({name: page([each]) for name, each in found.items()} | {"all": page(found.values())}, out / folder)


if __name__ == "__main__":
    main()
