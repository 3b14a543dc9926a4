"""What an answer holds that can be renewed: a lease or a token (pure).

Source: https://openbao.org/docs/agent-and-proxy/proxy/caching/
"""

from __future__ import annotations

from typing import Final

import msgspec

from strongroom.agent.serving.answers import JSON
from strongroom.agent.serving.question import Question, below
from strongroom.http.message import HttpResponse


class LeaseHeld(msgspec.Struct, frozen=True, tag="lease"):
    """A lease of a secret."""

    lease_id: str
    duration_s: int


class TokenHeld(msgspec.Struct, frozen=True, tag="token"):
    """A token.

    Attributes:
        orphan: whether it outlives the token that it was made with.
    """

    token: str
    accessor: str
    duration_s: int
    orphan: bool = False

    def __repr__(self) -> str:
        return f"TokenHeld({self.accessor})"


Held = LeaseHeld | TokenHeld


class _Auth(msgspec.Struct):
    client_token: str = ""
    accessor: str = ""
    lease_duration: int = 0
    renewable: bool = False
    orphan: bool = False
    num_uses: int = 0


class _Answer(msgspec.Struct):
    lease_id: str = ""
    lease_duration: int = 0
    renewable: bool = False
    auth: _Auth | None = None


_decoder = msgspec.json.Decoder(_Answer)

_RENEWALS: Final = (
    *("sys/leases/renew", "sys/renew", "auth/token/renew", "auth/token/renew-self", "auth/token/renew-accessor"),
)
_ONCE: Final = ("sys/wrapping/unwrap", "sys/wrapping/rewrap", "sys/wrapping/wrap")
"""What works once.  Given again, an answer would hide that somebody else has had it."""


def renews(question: Question) -> bool:
    """Whether a request renews something, so that its answer counts for this once."""
    return any(below(question.place, name) is not None for name in _RENEWALS)


def may_hold(question: Question) -> bool:
    """Whether the answer to a request may be given again."""
    return not renews(question) and not any(below(question.place, name) is not None for name in _ONCE)


def held(response: HttpResponse) -> Held | None:
    """The lease or the token in an answer, if it can be renewed."""
    if not 200 <= response.status < 300 or response.stream is not None or not _is_json(response):
        return None
    try:
        answer = _decoder.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if answer.lease_id and answer.renewable and answer.lease_duration > 0:
        return LeaseHeld(answer.lease_id, answer.lease_duration)
    auth = answer.auth
    # A renewal would be one of a limited number of uses.
    if auth is None or not auth.client_token or not auth.renewable or auth.lease_duration <= 0 or auth.num_uses:
        return None
    return TokenHeld(auth.client_token, auth.accessor, auth.lease_duration, auth.orphan)


def _is_json(response: HttpResponse) -> bool:
    types = [value for name, value in response.headers if name.lower() == "content-type"]
    return bool(types) and types[0].partition(";")[0].strip().lower() == JSON
