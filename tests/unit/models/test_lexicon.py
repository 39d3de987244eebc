from pathlib import Path

import pytest

from bot.models.embedded.lexicon import Lexicon
from core.errors import BadInput


def test_a_lexicon_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.toml"
    path.write_text('invoice_prefix = "R-"\ncommon_names = ["team"]\n[plans]\nteam = ["Team"]\n[addons]\nsso = ["Single Sign"]\n')
    lexicon = Lexicon.load(path)
    assert lexicon.plans == {"team": ("Team",)}
    assert lexicon.invoice_prefix == "R-"
    assert lexicon.own_words() == {"team", "single", "sign"}


@pytest.mark.parametrize("text", ["plans = 3", "[plans]\nteam = 3", "not toml at all ["])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lexicon.toml"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"lexicon\.toml"):
        Lexicon.load(path)


def test_the_demo_company_has_a_lexicon() -> None:
    lexicon = Lexicon.load(Path("demo/halcyon/lexicon.toml"))
    assert set(lexicon.plans) == {"starter", "team", "business", "enterprise"}
    assert set(lexicon.needs) == set(lexicon.addons)


def test_what_is_offered_is_called_by_its_own_name() -> None:
    lexicon = Lexicon(plans={"team": ("Team", "the middle one")}, addons={"sso_scim": ("SSO & SCIM", "SSO"), "bare": ()})
    assert lexicon.titles == {"team": "Team", "sso_scim": "SSO & SCIM"}
