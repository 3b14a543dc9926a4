"""Paths of kv's second version, which people write without `data/` and `metadata/` (p).

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#versioned-read
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_AS_WRITTEN = ("data/", "metadata/", "subkeys/")


@dataclass(frozen=True, slots=True)
class Mount:
    """The mount that a path is in.

    Attributes:
        path: with a slash behind it.
        versioned: whether it is a kv of the second version.
    """

    path: str
    versioned: bool

    def holds(self, path: str) -> bool:
        """Whether a path is the mount's own or below it."""
        return f"{path}/".startswith(self.path)


def mount_of(data: Mapping[str, Any], namespace: str) -> Mount | None:
    """The mount that `sys/internal/ui/mounts/<path>` tells of; None if it tells of none.

    Args:
        data: of the answer.
        namespace: of the client, whose paths don't begin with it although the mount's may.
    """
    path, options = data.get("path"), data.get("options")
    if not isinstance(path, str) or not path.strip("/"):
        return None
    path = path.strip("/") + "/"
    within = f"{namespace.strip('/')}/"
    if path.startswith(within) and path != within:
        path = path.removeprefix(within)
    version = options.get("version") if isinstance(options, Mapping) else None
    return Mount(path, data.get("type") == "kv" and version == "2")


def read_path(path: str, mount: Mount) -> str:
    """Where a secret is read or written that a template names by `path`."""
    below = path.removeprefix(mount.path)
    if not mount.versioned or not mount.holds(path) or below.startswith(_AS_WRITTEN):
        return path
    return f"{mount.path}data" if path == mount.path[:-1] else f"{mount.path}data/{below}"


def list_path(path: str, mount: Mount) -> str:
    """Where names are listed that a template asks for by `path`."""
    if not mount.versioned or not mount.holds(path) or f"{path}/".startswith(f"{mount.path}metadata/"):
        return path
    return f"{mount.path}metadata" if path == mount.path[:-1] else f"{mount.path}metadata/{path[len(mount.path) :]}"
