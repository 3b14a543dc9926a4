"""Runs: begun by a request or by time, done in pieces beside the requests, cancelled by a request."""

from __future__ import annotations

import asyncio
from typing import Final

from strongroom.engines.pki.tidy import decisions, rows, steps
from strongroom.engines.pki.tidy.records import CANCELLED, CANCELLING, FAILED, FINISHED, RUNNING, AutoTidy, Run, Work
from strongroom.lib.durations import parse_duration_ns
from strongroom.lib.errors import StrongroomError
from strongroom.sdk import Request, View, replace

PREFIX: Final = "tidy/"
"""Of the names of scheduled work."""
_RUN: Final = "run"
_AUTO: Final = "auto"
_PIECES: Final = 50
"""Of one call: then the next one is scheduled, and other mounts have their turn."""
_LONGEST_PAUSE_S: Final = 1.0
_STEPS: Final = {
    decisions.ENTRIES: steps.entries,
    decisions.ASSOCIATIONS: steps.associations,
    decisions.ISSUERS: steps.issuers,
    decisions.ACME: steps.acme_orders,
    decisions.REPEATS: steps.repeated,
    decisions.KEPT: steps.kept,
}


async def begin(request: Request, work: Work) -> bool:
    """Begin a run.  Returns False, and does nothing, if one goes on."""
    before = await rows.run_of(request.view)
    if before.state in {RUNNING, CANCELLING}:
        return False
    run = Run(
        state=RUNNING,
        work=work,
        step=decisions.next_step("", work),
        started_at=request.now,
        auto_finished_at=before.auto_finished_at,
    )
    rows.keep_run(request.view, run)
    await request.schedule(request.now, PREFIX + _RUN)
    return True


async def cancel(request: Request) -> bool:
    """Have the run end after its piece.  Returns False if none goes on."""
    run = await rows.run_of(request.view)
    if run.state not in {RUNNING, CANCELLING}:
        return False
    rows.keep_run(request.view, replace(run, state=CANCELLING))
    return True


async def plan(request: Request, config: AutoTidy, since: float) -> None:
    """Schedule the next run of a mount that tidies itself, an interval after a time."""
    if config.enabled:
        await request.schedule(since + max(1, config.interval_s), PREFIX + _AUTO)
    else:
        await request.unschedule(PREFIX + _AUTO)


async def do_what_is_due(request: Request, name: str) -> None:
    """Do scheduled work: begin a run because it is time, or do some pieces of one."""
    if name == _AUTO:
        config = await rows.config_of(request.view)
        if config.enabled and not await begin(request, config.work):
            await plan(request, config, request.now)
        return
    before = await rows.run_of(request.view)
    if before.state not in {RUNNING, CANCELLING}:
        return
    after: Run = request.once.outside("tidy", lambda: _pieces(request.view, before, request.now))
    if after.state == RUNNING and before.state == RUNNING:
        rows.keep_run(request.view, after)
        await request.schedule(request.now + _wait_s(after), PREFIX + _RUN)
        return
    state = CANCELLED if before.state == CANCELLING else after.state
    rows.keep_run(request.view, replace(after, state=state, finished_at=request.now, auto_finished_at=request.now))
    await plan(request, await rows.config_of(request.view), request.now)


async def _pieces(view: View, run: Run, now: float) -> Run:
    """Some pieces, until the run is through, cancelled, or should pause."""
    try:
        for _ in range(_PIECES):
            if not run.step:
                return replace(run, state=FINISHED)
            stored = await view.apart(rows.run_of)
            if stored.state == CANCELLING:
                return replace(run, state=CANCELLED)
            done = await _STEPS[run.step](view, run, now)
            run = done if done.after else replace(done, step=decisions.next_step(done.step, run.work))
            wait_s = _wait_s(run)
            if wait_s > _LONGEST_PAUSE_S:
                return run
            await asyncio.sleep(wait_s)
    except StrongroomError as error:
        return replace(run, state=FAILED, error=error.text or error.detail or type(error).__name__)
    return run


def _wait_s(run: Run) -> float:
    """How long a run waits after a piece: as long as for each of its certificates."""
    return parse_duration_ns(run.work.pause_duration) / 1e9 * steps.AT_ONCE
