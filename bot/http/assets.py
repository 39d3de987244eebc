"""The scripts, styles and pictures of the pages, from one folder, each under the hash of what it holds."""

import hashlib
from pathlib import Path

from aiohttp import web

from core.errors import NotFound

TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


class Assets:
    """Serves files that stood in the folder when the server started, and no others."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = frozenset(
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.suffix in TYPES
        )

    async def serve(self, request: web.Request) -> web.Response:
        """A file, or 304 when the browser has it already."""
        name = request.match_info["path"]
        if name not in self._names:
            raise NotFound("There is no such file here: reload the page.")
        path = self._folder / name
        body = path.read_bytes()
        etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
        headers = {"ETag": etag, "Cache-Control": "no-cache"}
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type=TYPES[path.suffix], charset="utf-8", headers=headers)
