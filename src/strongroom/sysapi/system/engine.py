"""`sys/`: every group of paths is a mixin in a file of its own."""

from __future__ import annotations

from strongroom.sysapi.system.paths_mounts import MountPaths
from strongroom.sysapi.system.paths_seal import SealPaths


class System(MountPaths, SealPaths):
    """The system mount."""

    type = "system"
