"""The login at Okta by name and password, whose second factor may be a number to choose in its app.

Source: https://developer.hashicorp.com/vault/api-docs/auth/okta#verify
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable

from strongroom.cli.login.method import Answer, Attempt, Field, Method
from strongroom.cli.login.post import Post
from strongroom.client.errors import ClientError

_PAUSE_S = 1.0
_POST = Post("login/{username}", ("username", "password"), {"password": "Password (will be hidden): "})


def log_in(attempt: Attempt) -> Answer:
    """Log in, and show the number that Okta Verify asks for.  Raises `LoginError`, `ClientError`."""
    path, body = _POST.request(attempt)
    nonce = body.setdefault("nonce", secrets.token_urlsafe(15))
    done = threading.Event()
    if not attempt.previews:
        threading.Thread(target=watch, args=(attempt, nonce, done.wait), daemon=True).start()
    try:
        return attempt.post(path, body)
    finally:
        done.set()


def watch(attempt: Attempt, nonce: str, wait: Callable[[float], bool]) -> None:
    """Show the number of a login once, when there is one.

    Args:
        nonce: names the login.
        wait: waits that many seconds; whether the login is over.
    """
    while not wait(_PAUSE_S):
        try:
            answer = attempt.client.without_wrapping().read(f"auth/{attempt.mount}/verify/{nonce}")
        except ClientError:
            continue  # the login's own request says what is wrong
        if number := ((answer or {}).get("data") or {}).get("correct_answer"):
            attempt.say(f"In Okta Verify, tap the number {number}.")
            return


METHOD = Method(
    "Logs in by a name and a password of Okta, and a confirmation in its app.",
    "username=eva@example.com",
    {
        "username": Field("The user's name."),
        "password": Field("The password; asked for when it isn't given."),
        "provider": Field("Who sends passcodes, for those who have several: GOOGLE or OKTA."),
        "totp": Field("A passcode, for those who don't confirm in the app."),
        "nonce": Field("What names this login when its number is asked for (default: chosen at random)."),
    },
    log_in,
)
