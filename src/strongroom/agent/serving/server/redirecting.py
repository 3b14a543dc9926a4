"""Where a question goes to that a server sends elsewhere: one in reserve names the active one so (pure).

Source: https://openbao.org/docs/concepts/ha/#client-redirection
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, unquote, urljoin, urlsplit

import msgspec

from strongroom.agent.serving.question import Question
from strongroom.client.transport import Origin

_REDIRECTS: Final = frozenset({301, 302, 307, 308})
_SCHEMES: Final = frozenset({"http", "https"})


def is_redirect(status: int) -> bool:
    """Whether an answer may name another place for the same request."""
    return status in _REDIRECTS


def moved(question: Question, origin: Origin, location: str) -> tuple[str, Question] | None:
    """The address of the other server, and what it is asked.

    Args:
        origin: of the server that answered.
        location: of the header field.

    Returns: None if nobody is asked: nothing is named that can be; or something else than was asked for, which is for
        the client to judge; or TLS would be left, which shows the token.
    """
    here = f"{origin.scheme}://{origin.authority}{origin.prefix}{question.path}"
    try:
        there = urlsplit(urljoin(here, location))
        named = there.hostname is not None and there.port != 0
    except ValueError:
        return None
    if not location or not named or there.scheme not in _SCHEMES or (origin.scheme, there.scheme) == ("https", "http"):
        return None
    if origin.socket_path and there.netloc == origin.authority:
        return None  # a path of the socket: its name is nobody's
    # Servers spell a path anew.
    prefix, asked = unquote(there.path), unquote(question.path)
    if not prefix.endswith(asked) or there.query != question.query:
        return None
    path = quote(prefix.removesuffix(asked)) + question.path
    return f"{there.scheme}://{there.netloc.rpartition('@')[2]}", msgspec.structs.replace(question, path=path)
