"""The children of a forked supervisor: forks too, of a process that has loaded what they need and has one thread.

A supervisor starts its workers as an interpreter with a module.  Of such a start, all but the interpreter's own stays:
arguments, environment, descriptors, signals, and the process that waits for the end.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import runpy
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NoReturn

_OUTPUTS = {0, 1, 2}


class Forked(subprocess.Popen[bytes]):
    """A process that is forked where the interpreter would be started."""

    def __init__(
        self, args: Sequence[str], *, pass_fds: Sequence[int], close_fds: bool, env: Mapping[str, str]
    ) -> None:
        assert close_fds
        self._start = (args, {*pass_fds}, env)
        super().__init__(args)

    def _execute_child(self, *_: Any) -> None:
        self.pid = os.fork()
        if not self.pid:
            _become(*self._start)
        self._child_created = True


def install() -> None:
    """Have a supervisor in this process fork its children."""
    from strongroom.server.supervisor import child

    vars(child)["subprocess"] = SimpleNamespace(Popen=Forked)


def _become(args: Sequence[str], kept: set[int], environment: Mapping[str, str]) -> NoReturn:
    """Be the interpreter that runs a module, with `-P -m module arguments…`."""
    gc.freeze()  # what the supervisor has left is never collected: it would close descriptors that are new ones here
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - numbers
        if int(name) not in kept | _OUTPUTS:
            with contextlib.suppress(OSError):  # that of the listing
                os.close(int(name))
    os.environ.clear()
    os.environ.update(environment)
    atexit._clear()
    module = args[args.index("-m") + 1]
    sys.argv[:] = args[args.index("-m") + 1 :]
    sys.orig_argv[:] = args
    end(_status(module))


def _status(module: str) -> int:
    try:
        runpy.run_module(module, run_name="__main__")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def end(status: int) -> NoReturn:
    """End as the interpreter does, without taking apart what was loaded: that would take as long as loading it."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
