from bot.models.chain.prices import Price, Prices, estimated
from bot.models.provider import FromModel, FromUser, Passage, Passages, Prompt, Result, Role, Usage, Words
from core.language import ToolCall, ToolSpec

PRICES = Prices(table={"claude": Price(input=3, output=15, cached=0.3, written=3.75), "claude-small": Price(input=1, output=5)})


def test_a_million_tokens_cost_their_price() -> None:
    usage = Usage(input=1_000_000, output=1_000_000, cached=1_000_000, written=1_000_000)
    assert PRICES.of("claude", usage) == 22_050_000


def test_a_part_of_a_millionth_is_a_whole_one() -> None:
    assert PRICES.of("claude", Usage(cached=1)) == 1
    assert PRICES.of("claude", Usage(cached=10)) == 3


def test_what_has_no_price_of_its_own_costs_as_input() -> None:
    assert PRICES.of("claude-small", Usage(cached=10, written=10)) == 20


def test_a_dated_name_costs_as_the_longest_name_that_fits() -> None:
    assert PRICES.of("claude-small-2026-01-01", Usage(input=10)) == 10
    assert PRICES.of("claude-2026", Usage(input=10)) == 30
    assert not PRICES.knows("claudette")
    assert PRICES.of("claudette", Usage(input=10)) == 0


def test_the_likely_cost_counts_all_that_goes_in_and_may_come_out() -> None:
    passage = Passage(id="p", title="t" * 40, blocks=("b" * 40,))
    full = Prompt(
        role=Role.DIALOGUE,
        operation="converse",
        system="s" * 40,
        messages=(
            FromUser(parts=(Words(text="w" * 40), Passages(passages=(passage,)), Result(call_id="1", text="r" * 40))),
            FromModel(text="m" * 40, calls=(ToolCall(id="1", tool="t" * 40, arguments={}),)),
        ),
        tools=(ToolSpec(name="n" * 40, description="d" * 40, schema={}),),
        max_tokens=100,
    )
    assert 90 <= estimated(full) <= 95
    assert PRICES.likely("claude", full) >= 90 * 3.75 + 1_500
    assert PRICES.likely("unknown", full) == 0
