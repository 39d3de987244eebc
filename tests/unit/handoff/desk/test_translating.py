from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from core.errors import BadInput, Unavailable
from handoff.desk.translating import Translating
from handoff.desk.views import LineKind, LineView
from tests.fakes.desk_house import TENANT, DeskHouse
from tests.fakes.model import ScriptedModel

WORDS = "Wo ist mein Geld, Kanarienvogel?"


@dataclass
class Translator(ScriptedModel):
    """Turns words round."""

    fluent: bool = True
    fails: bool = False
    asked: list[list[str]] = field(default_factory=list[list[str]])

    async def translate(self, texts: Sequence[str], language: str) -> Sequence[str] | None:
        self.asked.append(list(texts))
        if self.fails:
            raise Unavailable("The model is down.")
        return [f"{language}: {text[::-1]}" for text in texts]


def line(desk: DeskHouse, text: str = WORDS, position: int = 1, language: str = "de") -> LineView:
    return LineView(
        position=position, kind=LineKind.CUSTOMER, author="Helen", text=text, at=desk.house.clock.now(), language=language
    )


@pytest.fixture
async def desk() -> AsyncIterator[DeskHouse]:
    made = DeskHouse()
    yield made
    await made.close()


@pytest.fixture
def model() -> Translator:
    return Translator()


@pytest.fixture
def translating(desk: DeskHouse, model: Translator) -> Translating:
    return Translating(desk.rooms, desk.house.vault, model)


async def kept(desk: DeskHouse, translating: Translating, talk: str) -> dict[int, str]:
    return dict(await desk.house.database.read(lambda conn: translating.kept(conn, TENANT.id, talk)))


async def test_a_look_asks_once_for_all_that_is_new_and_keeps_it(
    desk: DeskHouse, translating: Translating, model: Translator
) -> None:
    talk = await desk.talk()
    lines = [line(desk), line(desk, "ok", 2, "en"), line(desk, "Bitte!", 3)]
    assert await translating.look(talk.id, lines)
    assert not await translating.look(talk.id, lines)
    assert model.asked == [[WORDS, "Bitte!"]]
    assert await kept(desk, translating, talk.id) == {1: f"en: {WORDS[::-1]}", 3: "en: !ettiB"}


async def test_changed_words_are_translated_anew(desk: DeskHouse, translating: Translating, model: Translator) -> None:
    talk = await desk.talk()
    await translating.look(talk.id, [line(desk)])
    assert await translating.look(talk.id, [line(desk, "Anders")])
    assert await kept(desk, translating, talk.id) == {1: "en: srednA"}


async def test_translations_are_sealed_and_go_with_the_persons_key(desk: DeskHouse, translating: Translating) -> None:
    talk = await desk.talk()
    await translating.look(talk.id, [line(desk)])
    await desk.house.database.write(lambda conn: desk.house.vault.destroy(conn, tenant=TENANT.id, person=talk.person_id))
    assert await kept(desk, translating, talk.id) == {}


async def test_a_model_that_fails_is_left_alone_for_a_minute(
    desk: DeskHouse, translating: Translating, model: Translator
) -> None:
    talk, model.fails = await desk.talk(), True
    assert not await translating.look(talk.id, [line(desk)])
    assert not await translating.look(talk.id, [line(desk)])
    assert len(model.asked) == 1
    model.fails = False
    desk.house.clock.advance(timedelta(minutes=1))
    assert await translating.look(talk.id, [line(desk)])


async def test_agents_write_in_the_customers_language(translating: Translating) -> None:
    made = await translating.into(" Hello ", "de")
    assert (made.text, made.original, made.language) == ("de: olleH", "Hello", "de")
    with pytest.raises(BadInput):
        await translating.into("Hello", "en")


async def test_a_model_that_does_not_translate_is_never_asked(desk: DeskHouse) -> None:
    plain = Translating(desk.rooms, desk.house.vault, ScriptedModel())
    assert not await plain.look((await desk.talk()).id, [line(desk)])
    with pytest.raises(Unavailable, match="write in German yourself"):
        await plain.into("Hello", "de")
