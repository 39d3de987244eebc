"""What watches a browser: every request, connection, name looked up, dialog, script that ran, and what stands in the page."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Dialog, Page

ANSWER = b"ran(1)"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 6\r\n\r\n"
TELLS = """
document.addEventListener("securitypolicyviolation", (event) => violated(`${event.effectiveDirective} ${event.blockedURI}`));
"""
# Looked up by the prototypes' own functions: a form may hold fields that are called like a property.
STANDS = r"""
() => {
  const told = [], words = (text) => new Set(text.trim().split(/\s+/));
  const names = Element.prototype.getAttributeNames, value = Element.prototype.getAttribute;
  const asked = (name) => Object.getOwnPropertyDescriptor(Element.prototype, name).get;
  const [tagName, shadowRoot] = [asked("tagName"), asked("shadowRoot")];
  const never = words(`IMG PICTURE SOURCE VIDEO AUDIO TRACK IFRAME FRAME FRAMESET OBJECT EMBED APPLET BASE STYLE PORTAL
    FENCEDFRAME MARQUEE TEMPLATE MATH IMAGE USE FOREIGNOBJECT ANIMATE SET`);
  const acting = words("ping srcdoc popovertarget autofocus contenteditable");
  const addresses = words(`src srcset href xlink:href action formaction poster background data manifest imagesrcset cite`);
  const own = (address) => {
    try {
      const url = new URL(address, document.baseURI);
      return url.origin === location.origin && /^https?:$/.test(url.protocol);
    } catch {
      return false;
    }
  };
  for (const node of document.querySelectorAll("*")) {
    const tag = tagName.call(node).toUpperCase(), given = (name) => value.call(node, name) ?? "";
    if (never.has(tag)) told.push(`element ${tag}`);
    if (tag === "SCRIPT" && !own(given("src") || "data:")) told.push("a script of its own");
    if (tag === "META" && !["", "x-dns-prefetch-control"].includes(given("http-equiv"))) told.push("a meta that acts");
    if (tag === "LINK" && !["icon", "stylesheet"].includes(given("rel"))) told.push("a link that fetches");
    if (shadowRoot.call(node)) told.push("a shadow");
    for (const name of names.call(node)) {
      const text = given(name);
      if (/^on/i.test(name) || acting.has(name)) told.push(`attribute ${name} of ${tag}`);
      if (name === "style" && /url|image|expression|import/i.test(text)) told.push(`a style that fetches: ${text}`);
      if (!addresses.has(name) || own(text)) continue;
      const plain = tag === "A" && name === "href" && /^(https?:|mailto:|\/\/)/i.test(text);
      const apart = plain && /\bnoopener\b/.test(given("rel")) && !given("target");
      const shown = plain && getComputedStyle(node, "::after").content.includes(text.slice(0, 24).replaceAll('"', '\\"'));
      if (!apart || !shown) told.push(`${tag} ${name} leads away: ${text}`);
    }
  }
  return told;
}
"""


@dataclass
class Listener:
    """Another origin. Nobody has a reason to connect."""

    address: str = ""
    connections: int = 0

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncGenerator["Listener"]:
        made = cls()
        server = await asyncio.start_server(made._answer, "127.0.0.1", 0)
        made.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield made
        finally:
            server.close()
            await server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.write(HEAD + ANSWER)
        writer.close()


@dataclass
class Watch:
    """All that a context did which no page of ours does. `own` is the address of the server."""

    own: str
    foreign: list[str] = field(default_factory=list[str])
    dialogs: list[str] = field(default_factory=list[str])
    ran: list[str] = field(default_factory=list[str])
    violated: list[str] = field(default_factory=list[str])
    errors: list[str] = field(default_factory=list[str])
    stood: Counter[str] = field(default_factory=Counter[str])

    async def over(self, context: BrowserContext) -> None:
        context.on("request", lambda sent: self._asked(sent.url))
        context.on("dialog", self._spoken)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("page", lambda page: page.on("framenavigated", lambda frame: self._asked(frame.url)))
        telling = cast("Any", context)
        await telling.expose_function("ran", self._ran)
        await telling.expose_function("violated", self._refused)
        await context.add_init_script(TELLS)

    async def look(self, page: Page) -> None:
        """Looks at all that stands in the page, once what it does at first sight is done."""
        await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))")
        self.stood.update(await page.evaluate(STANDS))

    @property
    def told(self) -> dict[str, object]:
        """Everything that must not be; empty when all is well."""
        every = {
            "requests": self.foreign,
            "dialogs": self.dialogs,
            "scripts": self.ran,
            "violations": self.violated,
            "errors": self.errors,
            "stands": sorted(self.stood),
        }
        return {name: found[:5] for name, found in every.items() if found}

    def _asked(self, address: str) -> None:
        if not address.startswith(self.own) and address not in ("about:blank", ""):
            self.foreign.append(address)

    def _ran(self, *told: object) -> None:
        self.ran.append(str(told))

    def _refused(self, told: str) -> None:
        self.violated.append(told)

    async def _spoken(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        await dialog.dismiss()


def looked_up(log: Path, listener: str) -> list[str]:
    """The hostile names of which the browser's own network log speaks: looked up, connected to or asked by any part of it."""
    kept: dict[str, Any] = json.loads(log.read_text())
    found = set[str]()
    for event in kept["events"]:
        params: dict[str, Any] = event.get("params") or {}
        for name in ("url", "host", "hostname", "group_id", "address"):
            place = str(params.get(name, ""))
            host = urlsplit(place).netloc if "://" in place else place
            if "evil.example" in host or listener in host:
                found.add(host)
    return sorted(found)
