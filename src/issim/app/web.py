"""What stands between the network and the page: who may ask, how much, and the files that come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from issim.app import files, links
from issim.app.limits import Limits
from issim.app.reports import Reports
from issim.app.uploads import KINDS, Uploads
from issim.errors import InputError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Names of this very machine.
LOCAL = ("127.0.0.1", "localhost", "::1")
#: Nothing from elsewhere: no script, no font, no picture, no connection.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()), (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)  # fmt: skip


class Door:
    """Lets in whoever means this page, and nobody who was sent by a page of somebody else.

    A page on the web can make a browser call this computer; such calls carry another host or origin, and are
    refused. Files go to the routes below only: Shiny's own way of taking them knows no limit, and is closed.
    """

    def __init__(
        self, app: ASGIApp, is_local: bool, headers: Sequence[tuple[bytes, bytes]] = HEADERS
    ) -> None:
        self.app, self.is_local, self.headers = app, is_local, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        if not self._is_meant(headers) or self._is_closed(scope):
            await _refused(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self.headers]
            await send(message)

        await self.app(scope, receive, sent)

    def _is_meant(self, headers: dict[str, str]) -> bool:
        """Whether a call means this page: by its host, and by the page that it comes from, if any."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if self.is_local and _name(f"//{host}") not in LOCAL:
            return False
        return origin is None or urlsplit(origin).netloc == host

    @staticmethod
    def _is_closed(scope: Scope) -> bool:
        """Whether a call hands over a file where none is taken."""
        return scope["type"] == "http" and scope["method"] == "POST" and scope["path"].startswith("/session/")


def _name(address: str) -> str | None:
    """The host of an address; none where there is none."""
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


async def _refused(scope: Scope, receive: Receive, send: Send) -> None:
    """Say no."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    text = "This page answers only those who opened it at its own address."
    await PlainTextResponse(text, 403)(scope, receive, send)


async def body(request: Request, most: int) -> bytes:
    """What a call hands over, up to so many bytes; more is not even read."""
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > most:
            raise InputError(
                f"The file has more than {most / 1e6:.3g} million bytes, which is more than this page takes; "
                "choose a smaller one."
            )
    return bytes(found)


def routes(limits: Limits, reports: Reports, uploads: Uploads) -> list[Route]:
    """Files that come and go: a scenario to keep, and one to open."""

    async def scenario_file(request: Request) -> Response:
        try:
            scenario = links.read(request.url.query, limits, uploads)
        except InputError as fault:
            return PlainTextResponse(str(fault), 422)
        headers = {"Content-Disposition": f'attachment; filename="{files.file_name(scenario)}"'}
        return PlainTextResponse(files.written(scenario), media_type="application/yaml", headers=headers)

    async def opened(request: Request) -> Response:
        try:
            data = await body(request, limits.upload)
            scenario = await asyncio.to_thread(files.read, data, limits, uploads, request.query_params)
        except InputError as fault:
            return JSONResponse({"fault": str(fault)}, 422)
        except ClientDisconnect:
            return Response(status_code=400)
        return JSONResponse({"query": links.query(scenario)})

    async def own(request: Request) -> Response:
        kind = request.path_params["kind"]
        if kind not in KINDS:
            return PlainTextResponse("No such kind of file.", 404)
        try:
            data = await body(request, limits.upload)
            name = request.query_params.get("name", f"{kind}.csv")
            return JSONResponse(await asyncio.to_thread(uploads.take, kind, data, name, limits.firms))
        except InputError as fault:
            return JSONResponse({"fault": str(fault)}, 422)
        except ClientDisconnect:
            return Response(status_code=400)

    async def report(request: Request) -> Response:
        path = reports.file(request.path_params["token"], request.path_params["name"])
        if path is None or not path.is_file():
            return PlainTextResponse("This report is no longer kept; make it again.", 404)
        return FileResponse(path)

    async def alive(_: Request) -> Response:
        return PlainTextResponse("issim")

    return [
        Route("/scenario.yaml", scenario_file, methods=["GET"]),
        Route("/open", opened, methods=["POST"]),
        Route("/own/{kind}", own, methods=["POST"]),
        Route("/made/{token}/{name}", report, methods=["GET"]),
        Route("/alive", alive, methods=["GET"]),
    ]


def settings() -> dict[str, Any]:
    """How the server is set: small messages, a short good-bye."""
    return {"ws_max_size": Limits().message, "timeout_graceful_shutdown": 1, "log_level": "warning"}
