"""Requests as bytes, and a connection that sends them whatever they are."""

import asyncio
from dataclasses import dataclass, field, replace

TIMEOUT_S = 20.0
Header = tuple[bytes, bytes]


@dataclass(frozen=True, kw_only=True)
class Raw:
    """A request before it is written. `cut` leaves out as many bytes at the end, which are announced all the same."""

    path: str
    body: bytes = b""
    headers: tuple[Header, ...] = ()
    method: str = "POST"
    cut: int = 0

    def with_header(self, name: str, value: bytes) -> "Raw":
        """The same with one header of that name, the last."""
        kept = tuple(each for each in self.headers if each[0].lower() != name.lower().encode())
        return replace(self, headers=(*kept, (name.encode(), value)))

    def header(self, name: str) -> bytes:
        return next((value for given, value in self.headers if given.lower() == name.lower().encode()), b"")

    def written(self, host: str) -> bytes:
        named = {name.lower() for name, _ in self.headers}
        added = [(b"Host", host.encode())] if b"host" not in named else []
        if not named & {b"content-length", b"transfer-encoding"}:
            added.append((b"Content-Length", str(len(self.body)).encode()))
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in (*added, *self.headers))
        whole = f"{self.method} {self.path} HTTP/1.1\r\n".encode() + lines + b"\r\n" + self.body
        return whole[: len(whole) - self.cut]


@dataclass
class Line:
    """A connection that is kept while it can be, and opened again when it can't."""

    host: str
    port: int
    _open: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(
        default_factory=list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]
    )

    async def status(self, raw: Raw) -> int:
        """The status of the answer; 0 when the server hung up without one."""
        async with asyncio.timeout(TIMEOUT_S):
            while self._open:
                kept = self._open.pop()
                if (status := await self._tried(raw, *kept)) is not None:
                    return status
            return await self._tried(raw, *await asyncio.open_connection(self.host, self.port)) or 0

    async def close(self) -> None:
        for _, writer in self._open:
            writer.close()
        self._open.clear()

    async def _tried(self, raw: Raw, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int | None:
        """None when the other side hung up, before or meanwhile."""
        try:
            return await self._asked(raw, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            writer.close()
            return None

    async def _asked(self, raw: Raw, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        writer.write(raw.written(f"{self.host}:{self.port}"))
        odd = raw.cut > 0 or any(name.lower() in (b"content-length", b"transfer-encoding") for name, _ in raw.headers)
        if odd:
            writer.write_eof()
        head = await reader.readuntil(b"\r\n\r\n")
        while head.startswith(b"HTTP/1.1 1"):
            head = await reader.readuntil(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        lines = [line.partition(b":") for line in head.split(b"\r\n")[1:]]
        told = {name.strip().lower(): value.strip().lower() for name, _, value in lines}
        await reader.readexactly(int(told.get(b"content-length", b"0")))
        if odd or told.get(b"connection") == b"close" or b"content-length" not in told:
            writer.close()
        else:
            self._open.append((reader, writer))
        return status
