"""Entrances for other services beside those for pages: Slack and Teams, which prove themselves by signatures and tokens."""

from collections.abc import Sequence
from typing import Protocol

from aiohttp import web

from bot.http.fence import Handler


class Door(Protocol):
    """An entrance of a channel."""

    def routes(self) -> Sequence[web.RouteDef]: ...

    def takes(self, request: web.Request) -> bool:
        """Whether this request is a service's, which no page could have sent: then the door checks it instead of the fence."""
        ...


def with_doors(own: Sequence[web.RouteDef], doors: Sequence[Door]) -> list[web.RouteDef]:
    """All routes. Where a door shares an address with a page, the door gets what it takes and the page the rest."""
    routes = {(route.method, route.path): route for route in own}
    for door in doors:
        for route in door.routes():
            key = (route.method, route.path)
            shared = routes.get(key)
            handler = route.handler if shared is None else _either(door, route.handler, shared.handler)
            routes[key] = web.route(route.method, route.path, handler)
    return list(routes.values())


def _either(door: Door, theirs: Handler, ours: Handler) -> Handler:
    async def serve(request: web.Request) -> web.StreamResponse:
        return await (theirs if door.takes(request) else ours)(request)

    return serve
