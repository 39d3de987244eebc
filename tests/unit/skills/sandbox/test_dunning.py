"""Stages of collection by day, and what holds them."""

from datetime import date, timedelta

import pytest

from skills.billing.port import Dunning, DunningStage
from skills.sandbox.data import CompanyData
from skills.sandbox.docs import AccountDoc
from skills.sandbox.dunning import dunning_of


def on_day(doc: AccountDoc, data: CompanyData, day: int, value: int = 0) -> Dunning:
    dunning = dunning_of(doc, date(2026, 11, 11) + timedelta(days=day), data.terms, value)
    assert dunning is not None
    return dunning


@pytest.mark.parametrize(
    ("day", "stage"),
    [
        (0, DunningStage.RETRYING),
        (6, DunningStage.RETRYING),
        (7, DunningStage.BANNER),
        (20, DunningStage.BANNER),
        (21, DunningStage.READ_ONLY),
        (44, DunningStage.READ_ONLY),
        (45, DunningStage.SUSPENDED),
        (89, DunningStage.SUSPENDED),
        (90, DunningStage.CLOSED),
    ],
)
def test_card_stages(data: CompanyData, day: int, stage: DunningStage) -> None:
    assert on_day(data.accounts["ACC-004"], data, day).stage is stage


@pytest.mark.parametrize(("day", "retry"), [(0, 3), (3, 7), (7, 14), (13, 14)])
def test_next_retry(data: CompanyData, day: int, retry: int) -> None:
    assert on_day(data.accounts["ACC-004"], data, day).next_retry == date(2026, 11, 11) + timedelta(days=retry)


def test_large_accounts_stop_at_the_banner(data: CompanyData) -> None:
    held = on_day(data.accounts["ACC-004"], data, 60, value=2_500_001)
    assert (held.stage, held.next_stage, held.held_by) == (DunningStage.BANNER, None, "account_value")
    assert on_day(data.accounts["ACC-004"], data, 60, value=2_500_000).stage is DunningStage.SUSPENDED


def test_an_open_chargeback_prevents_suspension(data: CompanyData) -> None:
    doc = data.accounts["ACC-004"].model_copy(update={"chargeback_since": date(2026, 11, 15)})
    held = on_day(doc, data, 60)
    assert (held.stage, held.next_stage, held.held_by) == (DunningStage.READ_ONLY, None, "chargeback")


def test_a_transfer_becomes_read_only_on_day_45(data: CompanyData) -> None:
    doc = data.accounts["ACC-026"]
    due = date(2026, 10, 8)
    stages = [dunning_of(doc, due + timedelta(days=day), data.terms, 0) for day in (44, 45)]
    assert [each.stage for each in stages if each] == [DunningStage.REMINDING, DunningStage.READ_ONLY]
    assert dunning_of(doc, due, data.terms, 0) is None
