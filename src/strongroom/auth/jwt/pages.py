"""The pages that a browser sees at a callback (p).

They load nothing from anywhere, can't be framed, and send no address on.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping

from strongroom.sdk import RawBody, Response

_TYPE = "text/html; charset=utf-8"
_CHANNEL = "strongroom.oidc"
"""Where windows of the web interface wait for an answer."""
_STYLE = "body{font-family:system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}"


def _source(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def _page(title: str, body: str, *, script: str = "", status: int = 0) -> Response:
    policy = f"default-src 'none'; style-src {_source(_STYLE)}; form-action 'self'; frame-ancestors 'none'"
    if script:
        policy += f"; script-src {_source(script)}"
        body += f"<script>{script}</script>"
    text = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{html.escape(title)}</h1>{body}</html>\n"
    )
    headers = (
        ("Content-Security-Policy", policy),
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"),
    )
    return Response(raw=RawBody(text.encode(), _TYPE), status=status, headers=headers)


def done() -> Response:
    """The login has succeeded; the client fetches its token."""
    return _page("Signed in", "<p>You can close this window and go on where you began.</p>")


def failed(reason: str) -> Response:
    """The login has failed."""
    return _page("Login failed", f"<p>{html.escape(reason)}</p>", status=400)


def confirm(address: str, role: str, fields: Mapping[str, str]) -> Response:
    """Ask the user whether it was they who began the login.

    Whoever leads another's browser through a login of their own would else get that person's token.

    Args:
        address: of the client that began it. fields: what the page sends back.
    """
    hidden = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in fields.items()
    )
    return _page(
        "Confirm the login",
        f"<p>A client at <b>{html.escape(address or 'a local socket')}</b> asks to log in as you, "
        f"with the role <b>{html.escape(role)}</b>.</p>"
        "<p>Confirm only if you began this login yourself, just now. Otherwise close this window: "
        "somebody else would get your rights.</p>"
        f'<form method="get">{hidden}<button>Confirm the login</button></form>',
    )


def handed_on(mount: str, code: str, state: str) -> Response:
    """Tell the web interface that the provider has answered: the window that opened this one, or any of this origin.

    The interface's own windows don't open providers' pages in a way in which those could lead them elsewhere, so that
    there may be no opener here.  The code is of no use without the nonce of the window that began.
    """
    message = json.dumps({"source": "oidc-callback", "path": mount, "code": code, "state": state}).replace(
        "<", "\\u003c"
    )
    script = (
        f"if(window.opener)window.opener.postMessage({message},window.origin);"
        f"const c=new BroadcastChannel({json.dumps(_CHANNEL)});c.postMessage({message});c.close()"
    )
    return _page("Signed in at the provider", "<p>You can close this window.</p>", script=script)
