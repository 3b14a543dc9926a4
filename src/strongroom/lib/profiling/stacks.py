"""Where threads and tasks are: files, lines and functions, and never the value of a variable."""

from __future__ import annotations

import asyncio
import re
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, CoroutineType, FrameType
from typing import NamedTuple

_MOST_FRAMES = 60
_FRAME = re.compile(r'^ +File "(?P<file>.*)", line (?P<line>\d+|\?\?\?) in (?P<function>.+)$')


class Stack(NamedTuple):
    """Where one thread is, or tasks that are at the same place."""

    of: str
    frames: tuple[str, ...]
    """Innermost first."""
    times: int = 1

    @property
    def text(self) -> str:
        """The frames in one line."""
        return " < ".join(self.frames) or "nowhere"


def of_threads(interrupted: FrameType | None, *, without: int = 0) -> list[Stack]:
    """Where the threads of this process are.

    Args:
        interrupted: where this one was; None for where it is now.
        without: the id of a thread that is left out.
    """
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    own = threading.get_ident()
    return [
        Stack(
            f"thread {names.get(ident, 'unnamed')}", tuple(_of_frame(interrupted or frame if ident == own else frame))
        )
        for ident, frame in sys._current_frames().items()
        if ident != without
    ]


def of_tasks(loop: asyncio.AbstractEventLoop) -> list[Stack]:
    """Where the tasks of a loop wait; those at the same place are counted."""
    found = Counter(tuple(_of_task(task)) for task in asyncio.all_tasks(loop))
    return [Stack("task", frames, count) for frames, count in found.most_common()]


def of_fault(text: str) -> list[Stack]:
    """Where the threads of another process were when it died, from what its interpreter wrote."""
    found: list[Stack] = []
    for section in re.split(r"\n(?=Current thread|Thread )", text):
        head, _, rest = section.partition("\n")
        frames = [match for line in rest.split("\n") if (match := _FRAME.match(line))]
        if head.startswith(("Current thread", "Thread ")) and frames:
            name = "current thread" if head.startswith("Current") else "thread"
            found.append(Stack(name, tuple(_place(m["file"], m["line"], m["function"]) for m in frames)))
    return found


def _of_frame(frame: FrameType | None) -> Iterator[str]:
    for _ in range(_MOST_FRAMES):
        if frame is None:
            return
        yield _of_code(frame.f_code, frame.f_lineno)
        frame = frame.f_back


def _of_task(task: asyncio.Task[object]) -> Iterator[str]:
    """A task's coroutine, and what that waits for, innermost first."""
    found: list[str] = []
    waiting: object = task.get_coro()
    while isinstance(waiting, CoroutineType) and len(found) < _MOST_FRAMES:
        if waiting.cr_frame is not None:
            found.append(_of_code(waiting.cr_code, waiting.cr_frame.f_lineno))
        waiting = waiting.cr_await
    return reversed(found)


def _of_code(code: CodeType, line: int) -> str:
    return _place(code.co_filename, str(line), code.co_qualname)


def _place(file: str, line: str, function: str) -> str:
    """One frame; a file of a package is named from there on."""
    parts = Path(file).parts
    for root in ("site-packages", "src"):
        if root in parts:
            parts = parts[len(parts) - parts[::-1].index(root) :]
    return f"{'/'.join(parts[-4:])}:{line} {function}"
