import stat
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from bot.http.refusals import NotSignedIn
from bot.http.tokens import Purpose, Tokens, load_secret
from core.clock import FixedClock
from core.errors import BadInput
from tests.fakes.web_house import NOON

HOUR = timedelta(hours=1)
SHARED = b"h" * 40


def tokens(tenant: str = "halcyon", clock: FixedClock | None = None) -> Tokens:
    return Tokens(b"s" * 40, tenant, clock or FixedClock(NOON))


def host_token(**changes: object) -> str:
    now = int(NOON.timestamp())
    claims = {"sub": "C-001-1", "aud": "rapport", "iat": now, "exp": now + 600} | changes
    return jwt.encode({"alg": "HS256"}, {k: v for k, v in claims.items() if v is not None}, OctKey.import_key(SHARED))


def test_a_token_gives_its_claims_back() -> None:
    made = tokens().issue(Purpose.VISITOR, {"sub": "v1"}, HOUR)
    assert tokens().read(Purpose.VISITOR, made)["sub"] == "v1"


@pytest.mark.parametrize("purpose", [Purpose.AGENT, Purpose.GUEST_LINK, Purpose.AGENT_LINK])
def test_a_token_is_good_for_its_purpose_alone(purpose: Purpose) -> None:
    made = tokens().issue(Purpose.VISITOR, {"sub": "v1"}, HOUR)
    with pytest.raises(NotSignedIn):
        tokens().read(purpose, made)


def test_another_tenant_does_not_read_it() -> None:
    made = tokens("other").issue(Purpose.AGENT, {"sub": "sam"}, HOUR)
    with pytest.raises(NotSignedIn):
        tokens().read(Purpose.AGENT, made)


def test_it_expires() -> None:
    clock = FixedClock(NOON)
    made = tokens(clock=clock).issue(Purpose.VISITOR, {"sub": "v1"}, HOUR)
    clock.advance(HOUR)
    with pytest.raises(NotSignedIn):
        tokens(clock=clock).read(Purpose.VISITOR, made)


@given(st.text(max_size=200))
def test_whatever_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(NotSignedIn):
        tokens().read(Purpose.VISITOR, text)


@given(st.integers(min_value=0, max_value=400), st.characters())
def test_no_changed_character_gets_through(place: int, other: str) -> None:
    made = tokens().issue(Purpose.AGENT, {"sub": "sam"}, HOUR)
    changed = made[:place] + other + made[place + 1 :]
    if changed == made or place >= len(made) - 1:
        return
    with pytest.raises(NotSignedIn):
        tokens().read(Purpose.AGENT, changed)


def test_a_token_without_signature_is_refused() -> None:
    unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJzYW0iLCJhdWQiOiJhZ2VudCJ9."
    with pytest.raises(NotSignedIn):
        tokens().read(Purpose.AGENT, unsigned)


def test_a_host_page_token_names_a_contact() -> None:
    assert tokens().read_host_page(host_token(), SHARED)["sub"] == "C-001-1"


@pytest.mark.parametrize(
    "changes",
    [{"aud": "other"}, {"exp": None}, {"iat": None}, {"exp": int(NOON.timestamp()) + 90_000}, {"exp": int(NOON.timestamp())}],
)
def test_a_host_page_token_must_be_dated_short_and_for_us(changes: dict[str, object]) -> None:
    with pytest.raises(NotSignedIn):
        tokens().read_host_page(host_token(**changes), SHARED)


def test_a_host_page_token_needs_the_shared_secret() -> None:
    with pytest.raises(NotSignedIn):
        tokens().read_host_page(host_token(), b"x" * 40)


def test_the_page_token_fits_its_session_alone() -> None:
    made = tokens().csrf("session-1")
    assert tokens().same_csrf("session-1", made)
    assert not tokens().same_csrf("session-2", made)
    assert not tokens().same_csrf("session-1", "é\udc80")


def test_a_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    made = load_secret(tmp_path / "data", None)
    assert load_secret(tmp_path / "data", None) == made
    assert stat.S_IMODE((tmp_path / "data/secret").stat().st_mode) == 0o600


def test_a_named_secret_counts_and_must_be_long(tmp_path: Path) -> None:
    assert load_secret(tmp_path, "x" * 32) == b"x" * 32
    with pytest.raises(BadInput, match="longer"):
        load_secret(tmp_path, "short")
    assert not (tmp_path / "secret").exists()
