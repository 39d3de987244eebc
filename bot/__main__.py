"""The command line. Everything heavy is imported when a command runs, so that `--help` answers at once."""

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import BadInput, RapportError

if TYPE_CHECKING:
    from core.config import Config

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Rapport, a self-hosted support copilot: verified answers, actions under policy, honest handoff.",
)

slack = typer.Typer(no_args_is_help=True, help="Connect Slack: docs/howto/connect_slack.md.")
teams = typer.Typer(no_args_is_help=True, help="Connect Microsoft Teams: docs/howto/connect_teams.md.")
app.add_typer(slack, name="slack")
app.add_typer(teams, name="teams")
procedure = typer.Typer(no_args_is_help=True, help="Work on procedures: docs/howto/add_a_procedure.md.")
app.add_typer(procedure, name="procedure")

ConfigOption = Annotated[Path, typer.Option("--config", help="The configuration file.")]
PortOption = Annotated[int | None, typer.Option(help="Instead of the configured port.")]
CONFIG = Path("config.toml")


def main() -> None:
    """Runs a command; an error is one line on standard error and the exit code 1.

    The heads' small products are slower on many threads than on one, so the maths library is told so before it loads.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        app()
    except RapportError as error:
        typer.echo(f"rapport: {error.message}", err=True)
        sys.exit(1)


@app.command()
def serve(
    config: ConfigOption = CONFIG, port: Annotated[int | None, typer.Option(help="Instead of the configured port.")] = None
) -> None:
    """Start the server: web chat, console, health and metrics."""
    from bot.wiring.serving import run_server

    asyncio.run(run_server(_config(config), port=port))


@app.command()
def chat(
    account: Annotated[
        str | None, typer.Option("--as", help="An account (ACC-001) or contact (C-001-1); none: a stranger.")
    ] = None,
    config: ConfigOption = CONFIG,
) -> None:
    """Have a conversation in the terminal, as a customer of a fresh copy of the demo company."""
    from bot.ask.terminal import converse
    from bot.wiring.worlds import worlds

    async def run() -> None:
        async with worlds(_config(config)) as make:
            await converse(make, account)

    asyncio.run(run())


@app.command()
def ask(
    source: Annotated[str, typer.Argument(metavar="FILE|-", help="Lines of text, or JSON objects with `text` or `turns`.")],
    classify: Annotated[bool, typer.Option("--classify", help="Only what is understood of the last customer turn.")] = False,
    config: ConfigOption = CONFIG,
) -> None:
    """Answer a file of customer messages, each in a fresh conversation: one JSON line out for each line in."""
    from bot.ask.lines import answer_lines
    from bot.wiring.worlds import worlds

    async def run() -> int:
        async with worlds(_config(config)) as make:
            return await answer_lines(make, source, classify=classify)

    raise typer.Exit(asyncio.run(run()))


@app.command()
def ingest(path: Path, config: ConfigOption = CONFIG) -> None:
    """Take a file or folder of Markdown, HTML or text into the help centre; only what changed is read again."""
    from bot.wiring.upkeep import ingest_path

    typer.echo(asyncio.run(ingest_path(_config(config), path)))


@app.command()
def explain(id: Annotated[str, typer.Argument(metavar="ID")], config: ConfigOption = CONFIG) -> None:
    """Say why a reply or an action came about: give a turn's, an action's or an approval's id."""
    from bot.wiring.upkeep import explain_id

    typer.echo(explain_id(_config(config), id))


@app.command()
def verify(config: ConfigOption = CONFIG) -> None:
    """Walk the journal's hash chain and compare it with the checkpoint kept outside the database."""
    from bot.wiring.upkeep import verify_journal

    report, whole = verify_journal(_config(config))
    typer.echo(report)
    raise typer.Exit(0 if whole else 1)


@app.command()
def backup(
    to: Path,
    keys_to: Annotated[
        Path | None, typer.Option("--keys-to", help="Write the keys into this new folder, apart from the backup.")
    ] = None,
    config: ConfigOption = CONFIG,
) -> None:
    """Copy the databases while the server runs. Keys are left out unless asked for."""
    from bot.wiring.upkeep import back_up

    typer.echo(f"Backed up to {back_up(_config(config), to, keys_to)}.")


@app.command()
def restore(
    source: Path,
    into: Annotated[Path, typer.Option(help="An empty or new data folder.")],
    keys: Annotated[Path | None, typer.Option(help="The folder of the keys that were written apart.")] = None,
) -> None:
    """Bring a backup back into an empty folder, after checking every hash."""
    from core.backup import restore as bring_back

    restored = bring_back(source, to=into, keys=keys)
    typer.echo(f"Restored {len(restored)} files into {into}. Vectors and the engine's own file are made anew at the next start.")


@app.command("check-config")
def check_config(config: ConfigOption = CONFIG) -> None:
    """Check the configuration and list every fault at once."""
    from bot.install.model_checks import contradictions
    from bot.install.report import Verdict

    told = contradictions(_config(config).models)
    faults = [each for each in told if each.verdict is Verdict.FAIL]
    if faults:
        raise BadInput("\n".join(f"{config}: models: {each.name}: {each.found}: {each.mend}" for each in faults))
    typer.echo(f"{config} is fine.")


@app.command()
def doctor(
    config: ConfigOption = CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    ask_models: Annotated[bool, typer.Option("--ask-models/--no-ask-models", help="Send providers a few short requests.")] = True,
) -> None:
    """Look at everything that must be right before a customer is answered, and say what to mend."""
    from bot.install.asking import HttpAsk
    from bot.install.doctor import Instruments, doctor_report
    from bot.install.model_checks import requests
    from bot.wiring.models_shown import asking_only

    given = _config(config)
    for line in requests(given.models) if ask_models else ():
        typer.echo(f"Asking {line}; --no-ask-models leaves that out.", err=True)
    instruments = Instruments(reach=asking_only if ask_models else None)
    report = asyncio.run(doctor_report(given, os.environ, HttpAsk(), instruments))
    typer.echo(report.json() if as_json else report.text())
    raise typer.Exit(report.exit_code)


@procedure.command("list")
def procedure_list(config: ConfigOption = CONFIG) -> None:
    """List the procedures: which version is live, and whether a file says something else."""
    from bot.wiring.procedures import listed

    typer.echo(asyncio.run(listed(_config(config))))


@procedure.command("show")
def procedure_show(name: str, config: ConfigOption = CONFIG) -> None:
    """Print the text of the procedure that is live."""
    from bot.wiring.procedures import shown

    typer.echo(asyncio.run(shown(_config(config), name)), nl=False)


@procedure.command("test")
def procedure_test(names: Annotated[list[str] | None, typer.Argument()] = None, config: ConfigOption = CONFIG) -> None:
    """Check procedures and play their example dialogues."""
    from bot.wiring.procedures import tested

    problems = asyncio.run(tested(_config(config), names or ()))
    typer.echo("\n".join(problems) or "All dialogues pass.")
    raise typer.Exit(1 if problems else 0)


@procedure.command("publish")
def procedure_publish(name: str, config: ConfigOption = CONFIG) -> None:
    """Make a procedure live, once its example dialogues pass."""
    from bot.wiring.procedures import published

    typer.echo(asyncio.run(published(_config(config), name)))


@app.command()
def invite(contact: Annotated[str, typer.Argument(help="A contact's id, as C-001-1.")], config: ConfigOption = CONFIG) -> None:
    """Make an invitation with which a customer's contact becomes known in Slack or Teams."""
    from bot.wiring.inviting import invite as make

    typer.echo(asyncio.run(make(_config(config), contact)).text)


@slack.command("manifest")
def slack_manifest(
    config: ConfigOption = CONFIG,
    form: Annotated[str, typer.Option("--form", help="yaml or json.")] = "yaml",
) -> None:
    """Print the app manifest that an administrator pastes into Slack."""
    from bot.install.slack_manifest import slack_manifest as manifest

    if form not in ("yaml", "json"):
        raise BadInput("--form must be yaml or json.")
    typer.echo(manifest(_config(config), form="json" if form == "json" else "yaml"), nl=False)


@teams.command("manifest")
def teams_manifest(
    config: ConfigOption = CONFIG,
    to: Annotated[Path, typer.Option("--to", help="Where to write the package.")] = Path("rapport-teams.zip"),
    local: Annotated[bool, typer.Option("--local", help="With a sample app id, for the Playground.")] = False,
    customers_only: Annotated[bool, typer.Option("--customers-only", help="Without agents' commands.")] = False,
) -> None:
    """Write the app package that an administrator uploads to Teams."""
    from bot.install.teams_manifest import teams_package

    to.write_bytes(teams_package(_config(config), os.environ, local, desk=not customers_only))
    typer.echo(f"Wrote {to}: upload it in the Teams admin centre, under Manage apps.")


@app.command(hidden=True)
def prepare(config: ConfigOption = CONFIG, data: Annotated[bool, typer.Option(help="Fill the data folder too.")] = False) -> None:
    """What set-up runs ahead of time."""
    from bot.wiring.prepare import fill, learn

    given = _config(config)
    typer.echo(asyncio.run(fill(given) if data else learn(given)))


def _config(path: Path) -> "Config":
    from core.config import load

    return load(path)


if __name__ == "__main__":
    main()
