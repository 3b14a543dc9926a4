"""Where the turns of a group are on the server (p)."""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.agent.config.rendering import Turns
from strongroom.server.config.reader import ConfigError

_GROUPS = "/groups"
"""Between the mount and the group in the path that reads it: whoever configures may have that one at hand."""


@dataclass(frozen=True, slots=True)
class Place:
    """A group of a mount of the engine `turns`.

    Attributes:
        mount: its path, without a slash at its end.
    """

    mount: str
    group: str

    @property
    def take(self) -> str:
        """The path that takes a turn."""
        return f"{self.mount}/take/{self.group}"

    @property
    def give(self) -> str:
        """The path that gives one back."""
        return f"{self.mount}/give/{self.group}"

    def __str__(self) -> str:
        return f"{self.mount}/{self.group}"


def place_of(settings: Turns) -> Place:
    """Where the group of a configuration is.  Raises `ConfigError`."""
    mount, _, group = settings.path.strip("/").rpartition("/")
    mount = mount.removesuffix(_GROUPS)
    if not mount or not group:
        raise ConfigError(settings.where, f'expected path in turns as MOUNT/GROUP, found "{settings.path}"')
    return Place(mount, group)
