"""Children of the agent: its own ones keep their status, others are reaped."""

from __future__ import annotations

import os
import time

import uvloop

from strongroom.agent import children


def test_only_what_is_inherited_is_reaped() -> None:
    """A program that was started here keeps its status for who waits for it; what stands before it in line does not."""

    async def told() -> int:
        inherited = os.fork()
        if inherited == 0:
            os._exit(5)
        os.waitid(os.P_PID, inherited, os.WEXITED | os.WNOWAIT)
        held, go = os.pipe()
        process = await children.start("sh", "-c", "read line; exit 3", stdin=held)
        os.close(held)
        os.close(go)  # it ends only now, when nobody but this function looks
        until = time.monotonic() + 20
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            assert time.monotonic() < until
        children.reap()  # while the event loop hasn't looked yet
        status = await process.wait()
        children.reap()
        try:
            os.waitid(os.P_PID, inherited, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return status
        raise AssertionError("a process that has ended stays")

    assert uvloop.run(told()) == 3
