"""Where threads and tasks are, without what they hold."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import threading

from strongroom.lib.profiling import stacks


def test_threads_are_told_by_their_functions() -> None:
    """Every thread, by file, line and function; the values of their variables aren't there."""
    waiting, going = threading.Event(), threading.Event()

    def lingering(secret: str) -> None:
        waiting.set()
        going.wait(60)

    thread = threading.Thread(target=lingering, args=("CANARY",), name="lingering thread")
    thread.start()
    waiting.wait(60)
    found = {stack.of: stack.text for stack in stacks.of_threads(None)}
    going.set()
    thread.join()
    assert "test_stacks.py" in found["thread lingering thread"]
    assert ".lingering < " in found["thread lingering thread"]
    assert "test_threads_are_told_by_their_functions" in found["thread MainThread"]
    assert "CANARY" not in str(found)


def test_tasks_at_the_same_place_are_counted() -> None:
    """The whole chain of a task is told, innermost first, and a thousand like it take one line."""

    async def inner() -> None:
        await asyncio.Event().wait()

    async def outer(secret: str) -> None:
        await inner()

    async def run() -> list[stacks.Stack]:
        tasks = [asyncio.create_task(outer("CANARY")) for _ in range(1000)]
        await asyncio.sleep(0)
        found = stacks.of_tasks(asyncio.get_running_loop())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return found

    found = asyncio.run(run())
    assert found[0].times == 1000
    functions = [frame.rpartition(".")[2] for frame in found[0].frames]
    assert functions[-2:] == ["inner", "outer"]
    assert "CANARY" not in str(found)


def test_what_a_dying_process_wrote_is_read() -> None:
    """The interpreter's own text becomes stacks again, its exceptions and lists of modules don't."""
    program = "import faulthandler, os, sys\nfaulthandler.enable(open(sys.argv[1], 'w'))\n"
    program += "def f(a):\n    os.abort()\nf('CANARY')\n"
    with tempfile.NamedTemporaryFile() as file:
        ended = subprocess.run([sys.executable, "-c", program, file.name], check=False, capture_output=True, timeout=60)
        text = file.read().decode()
    assert ended.returncode == -6
    [stack] = stacks.of_fault(text)
    assert [frame.rpartition(" ")[2] for frame in stack.frames] == ["f", "<module>"]
    assert stacks.of_fault("no such text\n") == []
