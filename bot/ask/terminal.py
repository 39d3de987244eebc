"""`rapport chat`: a conversation in the terminal, with the same dialogue, policy and people behind it as in web chat."""

import asyncio

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from bot.ask.play import Worlds, shown
from bot.ask.script import Script
from bot.ask.world import World
from core.conversation import Reply
from core.errors import RapportError
from core.people import Assurance

HELP = """[dim]Type as a customer would. Besides: /confirm and /cancel press the open card; /approve ROLE and /refuse ROLE decide
an open approval (support_agent, billing_lead, finance, account_manager); /agent TEXT claims the case and writes as an agent;
/back gives it back to the assistant; /code shows the last mailed code; /quit ends.[/dim]"""


async def converse(worlds: Worlds, who: str | None) -> None:
    """Talks until /quit or the end of input. `who` is an account, a contact, or None for a stranger."""
    console = Console()
    world = await worlds.make(script_of(who))
    name = world.customer.name or "a stranger"
    console.print(f"You are chatting with an AI assistant, as [bold]{name}[/bold]. A person can join.")
    console.print(HELP)
    try:
        while True:
            try:
                line = await asyncio.to_thread(console.input, "[bold cyan]you[/bold cyan] ")
            except (EOFError, KeyboardInterrupt):
                return
            if line.strip() == "/quit":
                return
            try:
                await _one(console, world, line)
            except RapportError as error:
                console.print(f"[red]{error.message}[/red]")
    finally:
        await world.close()


def script_of(who: str | None) -> Script:
    """A script without turns for an account (ACC-001) or a contact (C-001-1)."""
    contact = who if who and who.startswith("C-") else None
    account = f"ACC-{contact.split('-')[1]}" if contact else who
    assurance = Assurance.VERIFIED if who else Assurance.ANONYMOUS
    return Script(id=0, turns=(), account=account, contact=contact, assurance=assurance)


async def _one(console: Console, world: World, line: str) -> None:
    command, _, rest = line.strip().partition(" ")
    match command:
        case "/confirm" | "/cancel":
            _print(console, await world.press(command == "/confirm"))
        case "/approve" | "/refuse":
            await world.decide(rest.strip() or "support_agent", command == "/approve")
            console.print(f"[green]{await world.last_words()}[/green]")
        case "/agent":
            await world.agent_says(rest or "Hello, I'm taking over.")
            console.print("[dim]The agent has written; the assistant is silent until /back.[/dim]")
        case "/back":
            await world.give_back()
            console.print("[dim]The assistant is back.[/dim]")
        case "/code":
            console.print(await world.last_code() or "No code was mailed yet.")
        case _:
            _print(console, await world.say(line))


def _print(console: Console, reply: Reply) -> None:
    text = shown(reply)["text"]
    console.print(f"[bold]bot[/bold] {text or '(a person holds this conversation; the assistant says nothing)'}", highlight=False)
    cited = {(each.article, each.heading) for sentence in reply.sentences for each in sentence.citations}
    for number, (article, heading) in enumerate(sorted(cited), 1):
        console.print(f"    [dim][{number}] {article}: {heading}[/dim]")
    if reply.card is not None:
        table = Table(show_header=False, box=None)
        for label, value in reply.card.rows:
            table.add_row(label, value)
        console.print(Panel(table, title=reply.card.title, subtitle=reply.card.rule or "yes or no?"))
    if reply.receipt:
        console.print("    " + ", ".join(f"{label}: {value}" for label, value in reply.receipt.items()), style="green")
