"""2,000 requests to each door; `make fuzz` sends 100,000 (FUZZ_CASES), and FUZZ_SEED repeats a run."""

import hmac
import logging
import os
from collections.abc import AsyncIterator, Iterator
from random import Random

import pytest
import structlog

from bot.channels.slack.verify import Request, Signatures
from bot.channels.teams.tokens import TokenCheck, Verified
from tests.fuzz import install_cases, slack_cases, teams_cases
from tests.fuzz.house import Fuzzed
from tests.fuzz.tally import tallied

CASES = int(os.environ.get("FUZZ_CASES", "2000"))
SEED = int(os.environ.get("FUZZ_SEED", "20261120"))
PLANTED = 400


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """No line in the log for each of so many requests."""
    kept = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"), cache_logger_on_first_use=False)
    server = logging.getLogger("aiohttp.server")
    level = server.level
    server.setLevel(logging.CRITICAL + 1)
    yield
    server.setLevel(level)
    structlog.configure(**kept)


@pytest.fixture
async def fuzzed() -> AsyncIterator[Fuzzed]:
    async with Fuzzed() as made:
        yield made


async def test_slacks_door(fuzzed: Fuzzed) -> None:
    tally = await tallied(fuzzed, slack_cases.cases(Random(SEED), CASES))
    print(tally.told("Slack's events, interactions and commands"))
    assert not tally.forgeries + tally.broken, tally.finds()
    assert tally.statuses[401] > CASES / 3
    assert tally.statuses[200] > CASES / 20


async def test_the_way_back_from_slacks_consent(fuzzed: Fuzzed) -> None:
    state, cookie = await fuzzed.begun()
    tally = await tallied(fuzzed, install_cases.cases(Random(SEED), CASES, state, cookie))
    print(tally.told("Slack's OAuth redirect"))
    assert not tally.forgeries + tally.broken, tally.finds()
    assert tally.statuses[403] > CASES / 3


async def test_the_state_that_no_forgery_used_up_is_still_good(fuzzed: Fuzzed) -> None:
    state, cookie = await fuzzed.begun()
    await tallied(fuzzed, install_cases.cases(Random(SEED), 50, state, cookie))
    declined = install_cases.request(b"", state, cookie)
    assert await fuzzed.line.status(declined) == 400
    assert await fuzzed.line.status(declined) == 403


@pytest.mark.parametrize("code", [b"unknown", b"", b"\xff\xfe", b"a" * 3_000])
async def test_a_code_that_slack_does_not_know_is_no_fault_of_ours(fuzzed: Fuzzed, code: bytes) -> None:
    assert await fuzzed.line.status(install_cases.request(code, *await fuzzed.begun())) in range(400, 500)


async def test_teams_door(fuzzed: Fuzzed) -> None:
    tally = await tallied(fuzzed, teams_cases.cases(Random(SEED), CASES, fuzzed.teams))
    print(tally.told("Teams' messages"))
    assert not tally.forgeries + tally.broken, tally.finds()
    assert tally.statuses[401] > CASES / 3
    assert tally.statuses[200] > CASES / 20


async def test_a_signature_check_that_lets_some_through_would_be_found(fuzzed: Fuzzed, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Signatures.check

    def careless(self: Signatures, request: Request) -> None:
        if request.headers.get("x-slack-signature", "v1=").startswith("v0="):
            right(self, request)

    monkeypatch.setattr(Signatures, "check", careless)
    tally = await tallied(fuzzed, slack_cases.cases(Random(SEED), PLANTED))
    assert {"no signature", "other version"} <= {case.kind for case in tally.forgeries}


async def test_a_comparison_that_breaks_on_odd_letters_would_be_found(fuzzed: Fuzzed, monkeypatch: pytest.MonkeyPatch) -> None:
    def naive(_: Signatures, request: Request) -> None:
        if not hmac.compare_digest("v0=", request.headers.get("x-slack-signature", "")):
            raise ValueError

    monkeypatch.setattr(Signatures, "check", naive)
    tally = await tallied(fuzzed, slack_cases.cases(Random(SEED), PLANTED))
    assert tally.broken


async def test_a_token_check_that_forgets_the_service_would_be_found(fuzzed: Fuzzed, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(_: TokenCheck, _verified: Verified, _activity: object) -> None: ...

    monkeypatch.setattr(TokenCheck, "bind", forgetful)
    tally = await tallied(fuzzed, teams_cases.cases(Random(SEED), PLANTED, fuzzed.teams))
    assert {"redirected", "other service"} & {case.kind for case in tally.forgeries}
