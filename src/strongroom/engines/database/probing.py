"""Whether a connection can do all that roles need: a probe user is made, logs in, and is dropped again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, runtime_checkable

import msgspec

from strongroom.engines.database.driver import Account, Session, Statements
from strongroom.lib.errors import StrongroomError

PROBE = "probe"
"""The kind of scheduled work that drops a probe user that was left."""
LEFT_S = 600.0


@runtime_checkable
class Inspecting(Protocol):
    """What a session may have besides, so that a check knows more."""

    probe_statements: Statements
    """How a user without any rights is made."""

    async def missing(self) -> list[str]:
        """The rights that the server's own user lacks, a sentence each."""
        ...


class Probe(msgspec.Struct, frozen=True):
    """A user that is made to see whether that works."""

    account: Account
    creation: Statements
    rollback: Statements
    revocation: Statements


class Step(msgspec.Struct, frozen=True):
    """What became of one step."""

    step: str
    ok: bool
    error: str = ""


async def probed(session: Session, probe: Probe) -> dict[str, Any]:
    """The steps of a check, and what is missing, as a response's data.  What fails is told, not raised."""
    steps = [await _step("the connection's user logs in", session.ping)]
    missing: list[str] = []
    if steps[0].ok:
        if isinstance(session, Inspecting):
            missing = await session.missing()
        steps += await _with_user(session, probe)
    return {
        "ok": all(step.ok for step in steps) and not missing,
        "steps": [msgspec.to_builtins(step) for step in steps],
        "missing": missing,
    }


async def _with_user(session: Session, probe: Probe) -> list[Step]:
    account = probe.account
    creation = probe.creation or (session.probe_statements if isinstance(session, Inspecting) else ())
    made = await _step(
        "a user is made by creation_statements" if probe.creation else "a user is made",
        lambda: session.create(account, creation, probe.rollback),
    )
    steps = [made]
    if made.ok:
        steps.append(await _step("the user logs in", lambda: _logs_in(session, account)))
    dropped = "the user is dropped by revocation_statements" if probe.revocation else "the user is dropped"
    steps.append(await _step(dropped, lambda: session.drop(account.username, probe.revocation)))
    if steps[-1].ok and made.ok:
        steps.append(await _step("the user can't log in any more", lambda: _is_out(session, account)))
    if not steps[-1].ok and probe.revocation:
        await _step("", lambda: session.drop(account.username, ()))
    return steps


async def _step(name: str, work: Callable[[], Awaitable[None]]) -> Step:
    try:
        await work()
    except StrongroomError as error:
        return Step(name, ok=False, error=error.text)
    return Step(name, ok=True)


async def _logs_in(session: Session, account: Account) -> None:
    if not await session.logs_in(account.username, account.credential):
        raise StrongroomError("the database refuses the user and its password")


async def _is_out(session: Session, account: Account) -> None:
    if await session.logs_in(account.username, account.credential):
        raise StrongroomError("the database still lets the user in")
