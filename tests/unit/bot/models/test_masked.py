"""What a provider is sent holds nothing personal, and what it says is made whole again, however it is cut."""

from collections.abc import AsyncIterator, Sequence

from bot.models.masked import Masked
from bot.models.provider import Finish, Finished, FromModel, FromUser, Passage, Passages, Piece, Prompt, Result, Role, Text, Words
from core.charging import Charge, charged
from core.language import ToolCall
from governance.masking import Masking

KNOWN = (("person", "Anna Becker"),)


class Listening:
    """A provider that keeps what it was sent and says what it is told to."""

    name = "listening"
    trusted = False

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        self.prompts: list[Prompt] = []

    def model(self, role: Role) -> str:
        return "listening-1"

    async def stream(self, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Piece]:
        self.prompts.append(prompt)
        for piece in self.pieces:
            yield piece

    async def close(self) -> None:
        self.pieces = ()


def asked(*parts: Words | Passages | Result, earlier: FromModel | None = None) -> Prompt:
    messages = (FromUser(parts=parts),) if earlier is None else (earlier, FromUser(parts=parts))
    return Prompt(role=Role.DIALOGUE, operation="converse", system="You help.", messages=messages)


async def through(provider: Listening, prompt: Prompt) -> list[Piece]:
    with charged(Charge(tenant="halcyon", known=KNOWN)):
        return [piece async for piece in Masked(provider, Masking()).stream(prompt, timeout_s=5)]


async def test_every_part_of_a_message_is_masked() -> None:
    provider = Listening([Finished(finish=Finish.END, model="listening-1")])
    call = ToolCall(id="1", tool="find", arguments={"who": "Anna Becker", "more": [{"mail": "a@b.example"}], "seats": 3})
    passage = Passage(id="p", title="Ticket", blocks=("Anna Becker called from +49 151 23456789.",))
    prompt = asked(
        Words(text="I'm Anna Becker"),
        Passages(passages=(passage,)),
        Result(call_id="1", text='{"mail": "a@b.example"}', passages=(passage,)),
        earlier=FromModel(text="Hello Anna Becker", calls=(call,)),
    )
    await through(provider, prompt)
    sent = repr(provider.prompts[0].messages)
    assert all(secret not in sent for secret in ("Anna", "Becker", "a@b.example", "23456789"))
    assert "'seats': 3" in sent


async def test_what_comes_back_is_whole_wherever_it_was_cut() -> None:
    said = "Hello [person_1], all is well [really]."
    for cut in range(len(said)):
        provider = Listening([Text(text=said[:cut]), Text(text=said[cut:]), Finished(finish=Finish.END, model="listening-1")])
        pieces = await through(provider, asked(Words(text="I'm Anna Becker")))
        text = "".join(piece.text for piece in pieces if isinstance(piece, Text))
        assert text == "Hello Anna Becker, all is well [really]."
        assert isinstance(pieces[-1], Finished)


async def test_the_arguments_of_a_call_are_restored() -> None:
    call = ToolCall(id="1", tool="mail", arguments={"to": "[person_1]", "lines": ["for [person_1]"], "count": 2})
    provider = Listening([call, Finished(finish=Finish.CALLS, model="listening-1")])
    pieces = await through(provider, asked(Words(text="Anna Becker here")))
    assert pieces[0] == ToolCall(id="1", tool="mail", arguments={"to": "Anna Becker", "lines": ["for Anna Becker"], "count": 2})
