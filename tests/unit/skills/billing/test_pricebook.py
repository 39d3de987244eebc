"""What is public and what is internal in the price list."""

import json
from pathlib import Path

import pytest

from core.errors import BadInput
from skills.billing.pricebook import Catalogue, InternalTerms

PATH = Path(__file__).parents[4] / "demo" / "halcyon" / "catalogue.json"
BOOK = json.loads(PATH.read_text(encoding="utf-8"))


def test_the_public_part_holds_nothing_internal() -> None:
    text = Catalogue.load(PATH).model_dump_json()
    for word in ("internal", "refund_caps", "bands", "save_offers", "bundles", "team_2024", "sales_director", "no_pitch"):
        assert word not in text


def test_closed_plans_only_where_asked_for() -> None:
    catalogue = Catalogue.load(PATH)
    with pytest.raises(BadInput):
        catalogue.plan("team_2024")
    closed = catalogue.with_closed(BOOK).plan("team_2024")
    assert (closed.closed, closed.sold_as, closed.limit("locations")) == (True, "team", 5)
    assert catalogue.with_closed(BOOK).rank("team_2024") == catalogue.rank("team")


def test_internal_terms_apart() -> None:
    terms = InternalTerms.of(BOOK)
    assert terms.save_offer("team") == (10, 3)
    assert terms.save_offer("starter") is None
    assert [terms.usd_rate(each) for each in ("USD", "EUR", "GBP")] == ["1", "1.08", "1.26"]


def test_numbers_by_path() -> None:
    catalogue = Catalogue.load(PATH)
    assert catalogue.number("referral", "link_days") == 90
    assert catalogue.numbers("billing", "dunning_days", "retry") == (3, 7, 14)
    with pytest.raises(BadInput, match="no number at"):
        catalogue.number("referral", "nothing")
    with pytest.raises(BadInput, match="no list at"):
        catalogue.numbers("referral", "link_days")
