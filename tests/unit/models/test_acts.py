import pytest

from bot.models.embedded.acts import hear
from bot.models.embedded.model import EmbeddedModel
from bot.models.embedded.views import Viewer
from core.language import Act
from knowledge.vector_cache import HashEmbedder
from tests.fakes.lexicon import SMALL

VIEWER = Viewer(embedder=HashEmbedder(), lexicon=SMALL)


def act(text: str, *, waiting: bool = True, values: bool = False) -> Act:
    return hear(VIEWER.views([text])[0], None, waiting=waiting, has_values=values).act


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes", Act.AFFIRM),
        ("Yes, please do!", Act.AFFIRM),
        ("ja, gerne", Act.AFFIRM),
        ("oui", Act.AFFIRM),
        ("de acuerdo", Act.AFFIRM),
        ("👍", Act.AFFIRM),
        ("alright, with that we can stay on", Act.AFFIRM),
        ("sure, how does that work?", Act.AFFIRM),
        ("no", Act.DENY),
        ("nein danke", Act.DENY),
        ("never mind", Act.CANCEL),
        ("lascia stare", Act.CANCEL),
        ("say that again please", Act.REPEAT),
        ("what do you mean?", Act.CLARIFY),
        ("I don't know", Act.SKIP),
        ("Back to the hold then: in May, please", Act.RESUME),
        ("thanks a lot!", Act.THANKS),
        ("hello there", Act.GREET),
        ("bye", Act.GOODBYE),
        ("am I talking to a machine here?", Act.BOT_QUESTION),
        ("just wanted to say the rota is lovely", Act.PRAISE),
    ],
)
def test_replies_are_told_by_their_words(text: str, expected: Act) -> None:
    assert act(text) is expected


@pytest.mark.parametrize("text", ["hang on, wrong name. Team, not Business", "no, make it 30", "actually 30 instead of 20"])
def test_a_changed_value_is_a_correction(text: str) -> None:
    assert act(text, values=True) is Act.CORRECT


@pytest.mark.parametrize("text", ["45 euro back to the bank would do", "ok, what does it cost?", "how do I cancel a shift?"])
def test_requests_are_no_replies(text: str) -> None:
    assert act(text) is Act.OTHER


def test_a_reply_and_nothing_else_is_marked() -> None:
    assert hear(VIEWER.views(["thank you"])[0], None, waiting=False, has_values=False).whole
    assert not hear(VIEWER.views(["what is that for"])[0], None, waiting=False, has_values=False).whole


async def test_what_no_list_knows_is_judged_by_the_head(model: EmbeddedModel) -> None:
    heads = model.signals()
    heard = hear(VIEWER.views(["the pharmacy closes at nine on Sundays"])[0], heads.acts, waiting=False, has_values=False)
    assert heard.act is Act.OTHER
    assert 0 < heard.confidence <= 1
