"""Asks a command whether the instance is well."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence

from strongroom.agent import children


class Health:
    """A command that ends with 0 when the instance is well.

    Args:
        command: one text is run by a shell; several are a program and its arguments.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = ("/bin/sh", "-c", command[0]) if len(command) == 1 else tuple(command)

    async def problem(self, limit_s: float) -> str:
        """Why the instance isn't well, for people; empty if it is.

        Args:
            limit_s: how long the command may run.  It is killed afterwards, with what it has started.
        """
        try:
            # What it prints may be a secret of the service; its errors go where the agent's own go.
            process = await children.start(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            return f"{self._command[0]} can't be run: {error.strerror}"
        try:
            async with asyncio.timeout(limit_s):
                status = await process.wait()
        except TimeoutError:
            return f"the health command didn't end within {limit_s:.3g} s"
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if status < 0:
            return f"the health command was ended by the signal {-status}"
        return f"the health command ended with {status}" if status else ""
