"""Reading and writing the rows about tidying."""

from __future__ import annotations

from typing import Final

from strongroom.engines.pki.tidy.records import AutoTidy, Run
from strongroom.sdk import View

_CONFIG: Final = "config/auto-tidy"
_RUN: Final = "tidy/run"


async def config_of(view: View) -> AutoTidy:
    """How the mount tidies itself."""
    return await view.read(_CONFIG, AutoTidy) or AutoTidy()


def keep_config(view: View, config: AutoTidy) -> None:
    """Store how the mount tidies itself."""
    view.write(_CONFIG, config)


async def run_of(view: View) -> Run:
    """The run that goes on, or the last one."""
    return await view.read(_RUN, Run) or Run()


def keep_run(view: View, run: Run) -> None:
    """Store where a run is."""
    view.write(_RUN, run)
