"""The login in a browser: asks the server for a link, sends the person there, and waits for the provider's answer.

Source: https://developer.hashicorp.com/vault/api-docs/auth/jwt#oidc-authorization-url-request
"""

from __future__ import annotations

import json
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from strongroom.cli.login.method import Answer, Attempt
from strongroom.cli.login.oidc import options
from strongroom.cli.login.oidc.options import Options
from strongroom.client.errors import ResponseError
from strongroom.client.login.error import LoginError

if TYPE_CHECKING:
    from strongroom.cli.login.oidc.listener import Callback, Listener

TIMEOUT_S = 120.0
_LONGEST_PAUSE_S = 60.0
_PENDING, _SLOWER = "authorization_pending", "slow_down"
_INTERRUPTED = "interrupted"
_LINK = """Complete the login via your OIDC provider. {what}:

    {url}

"""


def log_in(attempt: Attempt) -> Answer:
    """Log in.  Raises `LoginError`, `ClientError`."""
    chosen = options.read(attempt)
    with ExitStack() as stack:
        listener = None
        if chosen.mode == options.CLIENT and not attempt.previews:
            from strongroom.cli.login.oidc.listener import Listener  # noqa: PLC0415 - only this mode needs it

            listener = stack.enter_context(Listener(chosen.listen_host, chosen.listen_port))
        redirect = chosen.redirect.replace("{port}", str(listener.port if listener else chosen.listen_port), 1)
        nonce = secrets.token_urlsafe(20)
        begun = _begin(attempt, chosen.role, redirect, nonce)
        try:
            return _finish(attempt, chosen, begun, nonce, listener)
        except KeyboardInterrupt:
            raise LoginError(_INTERRUPTED) from None


def _begin(attempt: Attempt, role: str, redirect: str, nonce: str) -> Mapping[str, Any]:
    """What the server says about the login that begins: the link, and what to poll with."""
    body = {"role": role, "redirect_uri": redirect, "client_nonce": nonce}
    # What -wrap-ttl asks for is the token.
    unwrapped = attempt.client.without_wrapping()
    data: dict[str, Any] = (unwrapped.write(f"auth/{attempt.mount}/oidc/auth_url", body) or {}).get("data") or {}
    url = str(data.get("auth_url") or "")
    if not url:
        raise LoginError(
            f"Unable to authorize role {json.dumps(role)} with redirect_uri {json.dumps(redirect)}. Check the server's "
            "logs for more information; the role's allowed_redirect_uris must hold that address."
        )
    if urlsplit(url).scheme not in {"http", "https"}:
        raise LoginError(f"the server's link is none for a browser: {url!r}")
    return data


def _finish(
    attempt: Attempt, chosen: Options, begun: Mapping[str, Any], nonce: str, listener: Listener | None
) -> Answer:
    state, code = str(begun.get("state") or ""), str(begun.get("user_code") or "")
    if state and listener is not None and not code:
        raise LoginError("state returned in client callback mode, try callbackmode=direct")
    if not state and listener is None:
        raise LoginError(f"no state returned in {chosen.mode} callback mode; the role's callback_mode is another")
    url = str(begun["auth_url"])
    if not state and listener is not None:
        if not _state_of(url):
            raise LoginError("the server's link has no state, by which the provider's answer could be known")
        listener.start(_state_of(url), lambda callback: _exchange(attempt, callback, nonce))
    _show(attempt, chosen, url, code)
    if not state and listener is not None:
        try:
            return listener.wait(TIMEOUT_S)
        except TimeoutError:
            raise LoginError("timed out waiting for response from provider") from None
    return poll(attempt, {"state": state, "client_nonce": nonce}, _interval(begun), time.sleep)


def _state_of(url: str) -> str:
    return (parse_qs(urlsplit(url).query).get("state") or [""])[0]


def _interval(begun: Mapping[str, Any]) -> float:
    text = str(begun.get("poll_interval") or "")
    if not (text.isascii() and text.isdigit()):
        raise LoginError(f"the server says no interval to poll in, but {text!r}")
    return float(text)


def _show(attempt: Attempt, chosen: Options, url: str, code: str) -> None:
    what = "Open the following link in your browser" if chosen.skip_browser else "Launching browser to"
    attempt.say(_LINK.format(what=what, url=url))
    if chosen.show_qr:
        import segno  # noqa: PLC0415 - few logins show one

        sys.stderr.flush()
        segno.make(url, micro=False).terminal(sys.stderr, compact=True)
    if code:
        attempt.say(f"When prompted, enter code {code}\n")
    if not chosen.skip_browser:
        from strongroom.cli.login.oidc.browser import open_link  # noqa: PLC0415 - as above

        if not open_link(url):
            if chosen.abort_on_error:
                raise LoginError("failed to launch the browser, and abort_on_error is set")
            attempt.say("No browser could be opened. Please visit the link yourself.")
    attempt.say("Waiting for OIDC authentication to complete...")


def _exchange(attempt: Attempt, callback: Callback, nonce: str) -> Answer:
    """Exchange the provider's answer for the login's.  Raises `LoginError`, `ClientError`."""
    if refusal := callback.refusal():
        raise LoginError(refusal)
    path = f"auth/{attempt.mount}/oidc/callback"
    given = {name: callback.fields.get(name, "") for name in ("state", "code", "id_token")} | {"client_nonce": nonce}
    if issuer := callback.fields.get("iss"):  # the server refuses the answer of another provider (RFC 9207)
        given["iss"] = issuer
    if callback.posted:
        # The server keeps the id token of a form, and takes it from there when the login is finished as usual.
        attempt.client.without_wrapping().request("POST", path, body=given)
        given["id_token"] = ""
    return dict(attempt.client.request("GET", path, query=list(given.items())).json() or {})


def poll(attempt: Attempt, body: Mapping[str, str], interval_s: float, sleep: Callable[[float], None]) -> Answer:
    """Ask whether the person has finished, until that is so.

    Args:
        body: what names the login.
        interval_s: the time between two questions; a server may ask for a longer one.
        sleep: waits that many seconds.

    Raises: `ClientError`, once the answer is another than that it is pending.
    """
    while True:
        sleep(interval_s)
        try:
            return attempt.post("oidc/poll", body)
        except ResponseError as error:
            said = (error.errors or ("",))[-1]
            if said.endswith(_SLOWER):
                interval_s = min(max(interval_s, 1.0) * 2, _LONGEST_PAUSE_S)
            elif not said.endswith(_PENDING):
                raise
