"""What the doctor says of language models: of the configuration alone, and of what servers answer."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.install.model_checks import checks, contradictions, models_of, requests
from bot.install.report import Check, Verdict
from bot.models.openai_compatible.provider import OpenAiProvider
from bot.models.provider import Provider, Role
from core.model_sections import ModelsSection, ProviderSection
from tests.fakes.openai_server import Asked, Call, Failing, FakeOpenAi, Script, Scripted

PRICE = {"input": 3.0, "output": 15.0}
CLAUDE: dict[str, Any] = {
    "kind": "anthropic",
    "model": "claude-large",
    "api_key_env": "ANTHROPIC_API_KEY",
    "prices": {"claude-large": PRICE},
}
OWN: dict[str, Any] = {
    "kind": "openai",
    "model": "own-model",
    "base_url": "http://127.0.0.1:9/v1",
    "prices": {"own-model": PRICE},
}
BUDGET = {"tenant_day_usd": 20.0}
ENVIRON = {"ANTHROPIC_API_KEY": "sk-0123456789"}


def section(
    *chain: str, budget: Mapping[str, Any] = BUDGET, more: Mapping[str, Any] | None = None, **tables: Any
) -> ModelsSection:
    return ModelsSection.model_validate({"chain": list(chain), "budget": budget, "providers": tables, **(more or {})})


def told(found: list[Check], name: str) -> Check:
    return next(each for each in found if each.name == name)


def wrong(found: list[Check]) -> dict[str, Verdict]:
    return {each.name: each.verdict for each in found if each.verdict is not Verdict.OK}


async def test_the_embedded_model_alone_needs_nothing() -> None:
    (only,) = await checks(section("embedded", budget={}), {})
    assert only.found == "the embedded model alone: nothing is sent out"


async def test_a_chain_that_is_well_set_up_has_no_fault() -> None:
    found = await checks(section("claude", "embedded", claude=CLAUDE), ENVIRON)
    assert wrong(found) == {}
    assert told(found, "budget").found == "$20.00 a day; then embedded"
    assert told(found, "claude masking").found.startswith("on")
    assert told(found, "claude").found == "not asked: no request was to be sent"


async def test_what_is_missing_is_named_with_what_to_do() -> None:
    bare: dict[str, Any] = {**CLAUDE, "prices": {}, "trusted": True}
    found = await checks(section("claude", claude=bare, budget={}), {})
    assert told(found, "claude key").mend == "Set ANTHROPIC_API_KEY to the provider's key."
    assert wrong(found) == {
        "chain": Verdict.WARN,
        "claude key": Verdict.FAIL,
        "claude prices": Verdict.WARN,
        "claude masking": Verdict.WARN,
    }
    assert all(each.mend for each in found if each.verdict is not Verdict.OK)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (section("embedded", "claude", claude=CLAUDE), "order"),
        (section("claude", "claude", claude=CLAUDE), "order"),
        (section("claude", claude=CLAUDE), "when_spent"),
        (section("claude", "embedded", claude=CLAUDE, budget={**BUDGET, "when_spent": "small"}), "when_spent"),
        (section("claude", "embedded", claude={**CLAUDE, "prices": {}}), "budget"),
        (section("claude", "embedded", claude=CLAUDE, budget={**BUDGET, "conversation_usd": 21.0}), "conversation_usd"),
        (section("claude", "embedded", claude={**CLAUDE, "api_key_env": None}), "claude table"),
        (section("own", "embedded", own={**OWN, "base_url": None}), "own table"),
        (section("own", "embedded", own={**OWN, "base_url": "models.example.com"}), "own table"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_settings_that_contradict_each_other_are_faults(given: ModelsSection, name: str) -> None:
    assert told(contradictions(given), name).verdict is Verdict.FAIL


def test_settings_that_are_only_doubtful_are_warnings() -> None:
    given = section("claude", "embedded", claude=CLAUDE, budget={"turn_usd": 0.001}, more={"turn_deadline_s": 5.0})
    assert wrong(contradictions(given)) == {"turn_usd": Verdict.WARN, "claude table": Verdict.WARN}


def test_what_will_be_asked_is_said_beforehand() -> None:
    small = {**OWN, "small": "own-small"}
    assert requests(section("own", "embedded", own=small)) == [
        "own: 4 short requests to http://127.0.0.1:9/v1 (own-model, own-small)"
    ]
    roles = dict.fromkeys(("dialogue", "draft", "distil", "judge"), "other")
    assert models_of(ProviderSection.model_validate({**OWN, **roles})) == ("other",)


def reach(name: str, table: ProviderSection, model: str) -> Provider:
    return OpenAiProvider(
        name=name,
        models=dict.fromkeys(Role, model),
        base_url=table.base_url,
        native_tools=table.native_tools,
        json_schema=table.json_schema,
    )


def good(asked: Asked) -> Script:
    if asked.body.get("tools"):
        return Scripted(Call("report_ready", {"ready": True}))
    if asked.body.get("response_format"):
        return Scripted('{"ready": true}')
    return Scripted("ready")


async def asked(script: Any, **table: Any) -> list[Check]:
    async with FakeOpenAi(script) as server:
        return await checks(section("own", "embedded", own={**OWN, "base_url": server.base_url, **table}), {}, reach)


async def test_a_server_that_does_all_is_fine() -> None:
    found = await asked(good)
    assert wrong(found) == {}
    assert told(found, "own own-model json_schema").found == "kept"
    assert told(found, "own own-model tools").found == "called"


async def test_a_server_that_ignores_schemas_and_tools_is_found_out() -> None:
    found = await asked(Scripted("I am ready, how can I help?"))
    assert told(found, "own own-model json_schema").mend.startswith("Set json_schema = false")
    assert told(found, "own own-model tools").mend.startswith("Set native_tools = false")


async def test_a_server_that_refuses_tools_is_told_from_one_that_refuses_the_key() -> None:
    def without_tools(given: Asked) -> Script:
        return Failing(status=400, error={"message": "tools are not supported"}) if given.body.get("tools") else good(given)

    found = await asked(without_tools)
    assert wrong(found) == {"own own-model tools": Verdict.FAIL}
    assert told(found, "own own-model tools").mend.startswith("Set native_tools = false")
    refused = await asked(Failing(status=401, error={"message": "no", "type": "authentication_error"}))
    assert wrong(refused) == {"own own-model": Verdict.FAIL}


async def test_every_model_that_is_named_is_asked() -> None:
    def known(given: Asked) -> Script:
        absent = {"message": "no such model", "code": "model_not_found"}
        return good(given) if given.body["model"] == "own-model" else Failing(status=404, error=absent)

    found = await asked(known, small="own-smal")
    assert wrong(found) == {"own prices": Verdict.WARN, "own own-smal": Verdict.FAIL}


async def test_a_server_that_is_not_there_is_found() -> None:
    found = await checks(section("own", "embedded", own=OWN), {}, reach)
    failed = told(found, "own own-model")
    assert failed.verdict is Verdict.FAIL
    assert "base_url" in failed.mend


async def test_settings_that_are_off_are_tried_in_words() -> None:
    def in_words(given: Asked) -> Script:
        assert not {"tools", "response_format"} & set(given.body)
        return Scripted('{"ready": true}' if "schema" in given.system.lower() else "ready")

    found = await asked(in_words, native_tools=False, json_schema=False)
    assert told(found, "own own-model json_schema").found == "off, and kept when asked for in words"
    assert told(found, "own own-model tools").mend == "Choose another model: this one doesn't follow."
