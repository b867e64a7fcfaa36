"""`issim app`: start the page on this computer, say where it is, and end it by Ctrl-C."""

from __future__ import annotations

import importlib.util
import ipaddress
import socket
import sys
import webbrowser

from issim.errors import InputError

NEEDED = ("shiny", "uvicorn", "starlette")
MISSING = "The page needs the library Shiny, which is not installed; type: pip install 'issim[app]'"


def app_command(host: str = "127.0.0.1", port: int = 8765, browse: bool = True) -> str:
    """Serve the page until Ctrl-C; returns the closing words."""
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        raise InputError(MISSING)
    if not 0 <= port <= 65535:
        raise InputError(
            f"--port = {port} is outside [0, 65535]; choose a free one above 1023, as in --port 8080."
        )
    listening = bound(host, port)
    serve(listening, host, browse)
    return "issim app: ended."


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens where the page shall be; that it cannot be there is an InputError."""
    listening: socket.socket | None = None
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family[0], socket.SOCK_STREAM)
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(family[4])
        listening.listen(128)  # who calls before the program is ready waits
        return listening
    except (OSError, UnicodeError, OverflowError) as error:
        if listening is not None:
            listening.close()
        said = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"--host {host} --port {port} cannot be used ({said}); choose another port, as in "
            f"--port {port % 60000 + 1024}, or 0 for any that is free."
        ) from None


def is_local(host: str) -> bool:
    """Whether an address is that of this very computer, whom nobody else can call."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _address(host: str, port: int) -> str:
    """The address to open in a browser."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}/"


def announce(host: str, port: int, browse: bool) -> None:
    """Say where the page is, and who can open it; open it in a browser if that is wanted."""
    address = _address(host, port)
    say(f"issim app: {address}  (Ctrl-C ends it)")
    if not is_local(host):
        say(
            "Anybody who can reach this computer over the network can open this page and use its processors; nobody is "
            "asked for a password. Leave --host out to keep it to yourself."
        )
    if browse:
        webbrowser.open(address)


def serve(listening: socket.socket, host: str, browse: bool) -> None:
    """Serve until the end."""
    say("Starting; the first time the rules of the model are compiled, which takes a minute or so ...")
    import uvicorn

    from issim.app.desk import Desk
    from issim.app.server import application
    from issim.app.web import Door, routes, settings

    desk = Desk()
    desk.warm_up()
    app = application(desk)
    app.starlette_app.router.routes[:0] = routes(desk.limits, desk.reports, desk.uploads)
    config = uvicorn.Config(Door(app, is_local(host)), ws="websockets-sansio", lifespan="on", **settings())
    server = uvicorn.Server(config)
    announce(host, listening.getsockname()[1], browse)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        desk.close()
        listening.close()


def say(text: str) -> None:
    """Tell the person at the screen."""
    print(text, file=sys.stderr, flush=True)
