"""Writes pictures as PNG: https://www.w3.org/TR/png-3/, 8 bits a channel, with transparency."""

import struct
import zlib
from collections.abc import Callable
from typing import NamedTuple

SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGBA = 6


class Colour(NamedTuple):
    """Red, green, blue and opacity, 0 to 255 each."""

    red: int
    green: int
    blue: int
    alpha: int


Paint = Callable[[int, int], Colour]


def picture(side: int, paint: Paint) -> bytes:
    """A square picture; `paint` gives the colour of the pixel in a column and a row."""
    rows = b"".join(b"\0" + bytes(value for column in range(side) for value in paint(column, row)) for row in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, RGBA, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
