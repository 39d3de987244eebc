"""The mark, pixel by pixel where it matters."""

import struct
import zlib

from bot.install.icons import ACCENT, colour_icon, outline_icon
from bot.install.png import SIGNATURE, Colour, picture


def pixels(png: bytes) -> list[list[tuple[int, ...]]]:
    """A strict reader: signature, chunks with right checksums, no filter."""
    assert png.startswith(SIGNATURE)
    place, data, side = len(SIGNATURE), b"", 0
    while place < len(png):
        length, name = struct.unpack(">I4s", png[place : place + 8])
        body = png[place + 8 : place + 8 + length]
        assert zlib.crc32(name + body) == struct.unpack(">I", png[place + 8 + length : place + 12 + length])[0]
        if name == b"IHDR":
            side, _, depth, kind = struct.unpack(">IIBB", body[:10])
            assert (depth, kind) == (8, 6)
        data += body if name == b"IDAT" else b""
        place += 12 + length
    raw, width = zlib.decompress(data), side * 4 + 1
    rows = [raw[start : start + width] for start in range(0, len(raw), width)]
    assert all(row[0] == 0 for row in rows)
    return [[tuple(row[at : at + 4]) for at in range(1, width, 4)] for row in rows]


def test_a_picture_is_read_back_as_painted() -> None:
    painted = picture(3, lambda column, row: Colour(column, row, 7, 255))
    assert pixels(painted)[2][1] == (1, 2, 7, 255)


def test_the_colour_icon_is_a_rounded_square_in_the_accent_with_two_shapes() -> None:
    seen = pixels(colour_icon())
    assert len(seen) == 192
    assert seen[0][0][3] == 0
    assert seen[2][96] == (*ACCENT, 255)
    inks = {pixel for row in seen for pixel in row}
    assert {(255, 255, 255, 255), (0xC5, 0xCC, 0xF5, 255)} <= inks
    assert any(0 < pixel[3] < 255 for pixel in inks)


def test_the_accent_is_that_of_the_pages() -> None:
    from .conftest import ROOT

    tokens = (ROOT / "web" / "shared" / "tokens.css").read_text(encoding="utf-8")
    assert f"--accent: #{bytes(ACCENT).hex()};" in tokens


def test_the_outline_is_white_on_nothing() -> None:
    seen = pixels(outline_icon())
    assert len(seen) == 32
    assert {pixel[:3] for row in seen for pixel in row} == {(255, 255, 255)}
    clear = sum(pixel[3] == 0 for row in seen for pixel in row)
    assert 500 < clear < 900
