"""Keeps the agent's own token out of answers: clients may use it, and never see it (pure)."""

from __future__ import annotations

from typing import Any, Final

from strongroom.agent.serving.question import Question, below
from strongroom.client import values

_OF_ITSELF: Final = ("auth/token/lookup-self", "auth/token/renew-self")
_OF_ANOTHER: Final = ("auth/token/lookup", "auth/token/renew")
_WRAP: Final = "x-vault-wrap-ttl"


def shows_token(question: Question) -> bool:
    """Whether the answer to a question may hold the token that it was asked with, or another one."""
    return any(below(question.place, name) == "" for name in (*_OF_ITSELF, *_OF_ANOTHER))


def is_wrapped(question: Question) -> bool:
    """Whether the answer is to be wrapped, so that nobody on the way sees what is in it."""
    return bool(question.headers.get(_WRAP))


def hidden(body: bytes, token: str) -> bytes:
    """A body without the token and its accessor, if it holds them; numbers stay as they were written."""
    try:
        document = values.decode(body)
    except ValueError:
        return body
    if not isinstance(document, dict) or not _strip(document, token):
        return body
    return values.encode(document).encode() + b"\n"


def _strip(document: dict[str, Any], token: str) -> bool:
    """Take the token out; whether it was there."""
    data, auth = document.get("data"), document.get("auth")
    if isinstance(data, dict) and data.get("id") == token:
        del data["id"]
        data.pop("accessor", None)
        return True
    if isinstance(auth, dict) and auth.get("client_token") == token:
        auth["client_token"] = auth["accessor"] = ""
        return True
    return False
