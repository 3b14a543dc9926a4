"""What the words of a login say about the way back from the provider.  (p)

Source: https://openbao.org/docs/auth/jwt/#login-via-the-cli
"""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.cli.login.method import Attempt
from strongroom.client.client import canonical_namespace
from strongroom.client.login.error import LoginError
from strongroom.client.settings import parse_bool
from strongroom.client.transport import Origin, parse_origin

CLIENT, DIRECT, DEVICE = MODES = ("client", "direct", "device")
DEFAULT_PORT = "8250"
_LOCAL = "localhost"


@dataclass(frozen=True, slots=True)
class Options:
    """How a login runs.

    Args:
        role: the role to log in by, empty for the mount's default.
        mode: who gets the provider's answer: this program, the server, or (by a device flow) nobody.
        listen_host: the address to listen on in client mode.
        listen_port: the port to listen on, 0 for any.
        redirect: the address that the provider sends the browser to; `{port}` stands for a port chosen later.
        skip_browser: whether the person opens the link.
        show_qr: whether the link is shown as a QR code too.
        abort_on_error: whether a browser that can't be opened ends the login.
    """

    role: str
    mode: str
    listen_host: str
    listen_port: int
    redirect: str
    skip_browser: bool
    show_qr: bool
    abort_on_error: bool


def read(attempt: Attempt) -> Options:
    """The options of a login.  Raises `LoginError`, `BadSettings`."""
    mode = attempt.text("callbackmode", CLIENT)
    if mode not in MODES:
        raise LoginError(f"callbackmode must be client, direct or device, and not {mode!r}")
    port = attempt.text("port", DEFAULT_PORT)
    return Options(
        role=attempt.text("role"),
        mode=mode,
        listen_host=attempt.text("listenaddress", _LOCAL),
        listen_port=_port(port) if mode == CLIENT else 0,
        redirect=_redirect(attempt, mode, port),
        skip_browser=_flag(attempt, "skip_browser"),
        show_qr=_flag(attempt, "show_qr"),
        abort_on_error=_flag(attempt, "abort_on_error"),
    )


def _redirect(attempt: Attempt, mode: str, port: str) -> str:
    settings = attempt.client.settings
    server = parse_origin(settings.address) if mode == DIRECT else None
    if server is not None and server.socket_path and not attempt.text("callbackhost"):
        raise LoginError("the server's address is a socket: name the address that browsers reach it by in callbackhost")
    method = attempt.text("callbackmethod", server.scheme if server else "http")
    host = attempt.text("callbackhost", _bracketed(server.host) if server else _LOCAL)
    behind = attempt.text("callbackport")
    if server is not None and not behind:
        namespace = canonical_namespace(settings.namespace)
        return f"{method}://{host}{_port_part(server)}/v1/{namespace}auth/{attempt.mount}/oidc/callback"
    behind = behind or ("{port}" if port == "0" else port)
    return f"{method}://{host}:{behind}/oidc/callback"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _port_part(server: Origin) -> str:
    """The port as the address gives it: a provider compares addresses letter by letter."""
    explicit = server.authority.removeprefix(_bracketed(server.host))
    return f"{explicit}{server.prefix}"


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise LoginError(f"port must be a number from 0 to 65535, and not {text!r}")
    return int(text)


def _flag(attempt: Attempt, name: str) -> bool:
    text = attempt.text(name, "false")
    try:
        return parse_bool(text)
    except ValueError as error:
        raise LoginError(f'failed to parse value for "{name}", err={error}') from error
