"""Counts what was served.

Every request passes here, so most of it is counted and timed as a whole.  The stages are measured of one request in
`ONE_IN`: what they cost all requests is less than what telling them apart is worth.
"""

from __future__ import annotations

from typing import Any

from strongroom.core.answer import Answer
from strongroom.core.trail import RequestState
from strongroom.sdk.engine import AuthMethod
from strongroom.services.exchange import Exchange
from strongroom.services.mounts import AUTH
from strongroom.sysapi.served import NOWHERE, TOKEN_TYPES, Count, Served, Stages

_CREATION = "auth/token/create"


def count_of(served: Served, exchange: Exchange) -> Count:
    """The count that a request belongs to."""
    entry = exchange.entry
    if entry is None:
        return served.request(*NOWHERE, exchange.request.operation)
    return served.request(entry.record.table, entry.record.type, exchange.request.operation)


def count(served: Served, state: RequestState, answer: Answer, length_s: float) -> None:
    """Count a request that was answered, and took this time in seconds."""
    exchange = state.exchange
    count_of(served, exchange).value += 1
    if state.is_login:
        served.login_handled.add(length_s)
        _count_login(served, exchange, answer)
        return
    served.handled.add(length_s)
    if answer.auth is not None and exchange.request.path.startswith(_CREATION):
        _count_token(served, "token", answer.auth)


def count_stages(served: Served, stages: Stages, ended: float) -> None:
    """Count how long the parts of a request took, as far as it got.

    Args:
        ended: when its audit entries were written, in seconds of the clock of `stages`.
    """
    lengths = served.stages
    lengths["audit"].add(ended - stages.worked_at)
    if not stages.decided_at:
        return
    lengths["decide"].add(stages.decided_at - stages.begun_at)
    if not stages.answered_at:
        return
    lengths["engine"].add(stages.answered_at - stages.decided_at)
    if not stages.committed_at:
        return
    lengths["commit"].add(stages.committed_at - stages.answered_at)
    if stages.asks_others:
        lengths["outside"].add(stages.worked_at - stages.committed_at)


def _count_login(served: Served, exchange: Exchange, answer: Answer) -> None:
    entry = exchange.entry
    if entry is None or entry.record.table != AUTH or not isinstance(entry.engine, AuthMethod):
        return
    if answer.error is not None:
        served.login(entry.record.type, succeeded=False)
    elif answer.auth is not None:
        served.login(entry.record.type, succeeded=True)
        _count_token(served, entry.record.type, answer.auth)


def _count_token(served: Served, method: str, auth: dict[str, Any]) -> None:
    """Count the token of an answer, unless it has none because a second factor is still to be proved."""
    kind = auth.get("token_type")
    if kind in TOKEN_TYPES and auth.get("mfa_requirement") is None:
        served.token(method, kind)
