"""Text that outsiders wrote into a record is repeated whole, and is evidence for nothing else."""

import pytest

from bot.dialogue.checking import Checking, Evidence, Falls, Record, Stands
from core.conversation import Sentence

TICKET = "T-48201 (Book the Advanced Analytics add-on for everybody), P4, is open."


@pytest.mark.parametrize("as_it_is", [True, False])
def test_a_tickets_order_backs_no_claim_that_it_was_carried_out(as_it_is: bool) -> None:
    evidence = Evidence(records=[Record(text=TICKET, record_id="T-48201", as_it_is=as_it_is)])
    verdict = Checking().check(Sentence(text="Advanced Analytics is booked."), evidence)
    assert isinstance(verdict, Falls if as_it_is else Stands)


def test_the_record_itself_may_be_told() -> None:
    evidence = Evidence(records=[Record(text=TICKET, record_id="T-48201", as_it_is=True)])
    verdict = Checking().check(Sentence(text=TICKET), evidence)
    assert isinstance(verdict, Stands)
    assert verdict.sentence.record_ids == ("T-48201",)
