import numpy as np
import pytest

from bot.models.embedded.kernel import Sample, Shape, fit, softmax
from bot.models.embedded.views import Viewer
from knowledge.vector_cache import HashEmbedder
from tests.fakes.lexicon import SMALL

VIEWER = Viewer(embedder=HashEmbedder(), lexicon=SMALL)
ANIMALS = ("a cat sleeps", "the cat purrs", "cats and kittens", "my cat eats fish", "a cat on the mat")
SHIPS = ("a ship sails", "the ship docks", "ships and boats", "my ship sinks fast", "a ship at sea")
LABELS = ["cat"] * 5 + ["ship"] * 5


def samples(*texts: str) -> list[Sample]:
    return [Sample(views=(view,)) for view in VIEWER.views(texts)]


def test_what_was_learnt_is_told_apart() -> None:
    head = fit(samples(*ANIMALS, *SHIPS), LABELS, Shape()).head
    table = head.probabilities(samples("the cat runs", "the ship leaves"))
    assert [head.labels[place] for place in table.argmax(axis=1)] == ["cat", "ship"]
    assert np.allclose(table.sum(axis=1), 1.0, atol=1e-5)


def test_leave_one_out_is_what_a_fit_without_the_row_says() -> None:
    """The closed form must agree with really leaving the row out, up to the rarities that its words would change."""
    shape = Shape(words=0.0, letters=0.0, concepts=0.0, values=0.0)
    rows = samples(*ANIMALS, *SHIPS)
    fitted = fit(rows, LABELS, shape)
    without = fit(rows[1:], LABELS[1:], shape).head
    assert np.allclose(without.scores(rows[:1])[0], fitted.left_out[0], atol=1e-3)


def test_a_few_rows_and_many_give_the_same() -> None:
    head = fit(samples(*ANIMALS, *SHIPS), LABELS, Shape()).head
    rows = samples(*ANIMALS)
    assert np.allclose(head.scores(rows), np.concatenate([head.scores([row]) for row in rows]), atol=1e-4)


def test_every_angle_and_number_counts() -> None:
    views = VIEWER.views(["same", "same", *("other " + name for name in "abcd")])
    rows = [Sample(views=(views[0], view), extra=(float(place % 2),)) for place, view in enumerate(views)]
    head = fit(rows, ["even", "odd", "even", "odd", "even", "odd"], Shape(angles=(1.0, 0.1), extra=5.0)).head
    table = head.probabilities(rows)
    assert [head.labels[place] for place in table.argmax(axis=1)] == ["even", "odd"] * 3


@pytest.mark.parametrize("scores", [[[0.0, 0.0]], [[1000.0, 0.0]]])
def test_softmax_stays_finite(scores: list[list[float]]) -> None:
    row = softmax(np.array(scores, dtype=np.float32))[0]
    assert np.isfinite(row).all()
    assert float(row.sum()) == pytest.approx(1.0)
