"""A model server that misbehaves behind the real adapters and chain: whatever it does, an answer stands or a person comes."""

import re
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest

from bot.wiring.heavy import Heavy
from core.config import Config
from core.conversation import Reply
from tests.benchmarks.models_faults import BY_NAME, LIES, PROTOCOL, QUESTION, WORDS
from tests.benchmarks.models_misbehaving import wordings
from tests.benchmarks.models_server import Behaviour
from tests.scenario.models_behind import KEY, Behind, Setting

NEXT = "How many wrong password tries lock sign-in?"
WAITS = ("hangs", "one byte a second")
BEFORE_HEAD = (
    "hangs before the head",
    "reset before the head",
    "nothing at all",
    "HTML instead",
    "status 401",
    "status 429",
    "status 529",
)
CALLS = ("calls an unknown tool", "calls with broken arguments", "another call for ever", "50 calls at once", "cancels unasked")
COUNTS = ("counts no tokens", "counts negative tokens", "counts tokens in words", "counts 10^30 tokens")
FLOODS = frozenset({"10 MB in one word", "10 MB of sentences", "an endless line", "events without end"})
WORDINGS = wordings()


async def asks(behind: Behind, fault: str, place: str = "before") -> Reply:
    """A stranger's question while the first provider fails in that way, and another one once it is well again."""
    async with behind.stranger() as world:
        behind.behave("bad", Behaviour(fault=BY_NAME[fault], place=place))
        reply = await world.say(QUESTION)
        behind.behave("bad")
        assert not objections(await world.say(NEXT), ())
        return reply


def objections(reply: Reply, lies: Sequence[str]) -> list[str]:
    """What is wrong with a reply."""
    texts = [each.text for each in reply.sentences]
    plain = [" ".join(re.findall(r"\w+", text.lower())) for text in texts]
    found = [] if texts or reply.handoff else ["nothing was said"]
    found += ["said twice"] if len(set(plain)) < len(plain) else []
    found += [lie for lie in (*lies, *LIES) if lie.lower() in "\n".join(texts).lower()]
    found += [each.text for each in reply.sentences if not each.citations and not WORDINGS.fullmatch(each.text)]
    return [*found, "a card"] if reply.card else found


@pytest.fixture(scope="module", params=["openai", "anthropic"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def behind(
    kind: str, config: Config, heavy: Heavy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Behind]:
    """The chain is a provider that misbehaves, a good one, and the model of the stories."""
    monkeypatch.setenv(KEY, "sk-nobody")
    async with Setting(config=config, heavy=heavy, folder=tmp_path, kind=kind).behind("bad", "good") as made:
        yield made


async def test_a_good_server_answers_with_citations(behind: Behind) -> None:
    reply = await asks(behind, "slow, but fine")
    assert reply.sentences
    assert all(each.citations for each in reply.sentences)


@pytest.mark.parametrize("fault", BEFORE_HEAD)
async def test_one_that_gives_nothing_is_passed_over(behind: Behind, fault: str) -> None:
    reply = await asks(behind, fault)
    assert objections(reply, BY_NAME[fault].lies) == []
    assert any(each.citations for each in reply.sentences)


@pytest.mark.parametrize("fault", [*WAITS, "reset", "ends without an end", "an error in the stream"])
@pytest.mark.parametrize("place", ["before", "mid"])
async def test_one_that_dies_is_followed_by_the_next_without_a_word_twice(behind: Behind, fault: str, place: str) -> None:
    reply = await asks(behind, fault, place)
    assert objections(reply, ()) == []
    assert any(each.citations for each in reply.sentences)


async def test_no_protocol_fault_is_the_customers(behind: Behind) -> None:
    for fault in (each for each in PROTOCOL if each.name not in FLOODS):
        for place in fault.places:
            assert (fault.name, place, objections(await asks(behind, fault.name, place), ())) == (fault.name, place, [])


async def test_nothing_false_is_said(behind: Behind) -> None:
    for fault in (each for each in WORDS if each.name not in FLOODS):
        for place in fault.places:
            assert (fault.name, place, objections(await asks(behind, fault.name, place), fault.lies)) == (fault.name, place, [])


async def test_calls_end_and_do_nothing_unasked(behind: Behind) -> None:
    for name in CALLS:
        reply = await asks(behind, name)
        assert (name, objections(reply, BY_NAME[name].lies)) == (name, [])
        assert all(each.outcome != "done" or each.effect == "read" for each in reply.actions)


async def test_a_wrong_count_spoils_no_answer(behind: Behind) -> None:
    for name in COUNTS:
        reply = await asks(behind, name)
        assert (name, objections(reply, ())) == (name, [])
        assert all(call.provider == "bad" for call in behind.speaker.log[-2:])
