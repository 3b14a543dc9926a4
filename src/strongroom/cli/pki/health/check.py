"""What a health check is: its name, its parameters, and how it looks at a mount."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from strongroom.cli.pki.health.finding import Finding
from strongroom.cli.pki.health.mount import Mount


class SettingError(Exception):
    """A parameter of the configuration file can't be read."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a check.

    Args:
        name: as the configuration file has it.
        default: as `-list` shows it.
        read: makes the value that the check works with; raises `ValueError`.
    """

    name: str
    default: Any
    read: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Check:
    """A health check.

    Args:
        name: its name in the output and in the configuration file.
        since: the version of Vault's API that brought what it asks for.
        endpoint: what is named when the server is older than that; `{mount}` is replaced.
        run: looks at the mount, with the values of the parameters.
        parameters: what the configuration file may set, besides `enabled`.
        on: whether it runs where the configuration file says nothing; None for what `-default-disabled` says.
    """

    name: str
    since: str
    endpoint: str
    run: Callable[[Mount, Mapping[str, Any]], Iterable[Finding]]
    parameters: tuple[Parameter, ...] = ()
    on: bool | None = None

    def defaults(self) -> dict[str, Any]:
        """The parameters as `-list` shows them."""
        shown = {each.name: each.default for each in self.parameters}
        return shown if self.on is None else {"enabled": self.on, **shown}
