"""What the command line says about an agent to start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentArguments:
    """What the command line says about an agent to start."""

    config: tuple[str, ...] = ()
    """Configuration files or directories, in the order in which they were given."""
    exit_after_auth: bool | None = None
    """None leaves it to the configuration."""
    log_level: str = ""
    """trace, debug, info, warn or error; empty leaves it to the configuration."""
    log_format: str = ""
    """standard or json; empty leaves it to the configuration."""
    log_file: str = ""
    log_rotate_bytes: int | None = None
    """When the log file is put aside; None leaves it to the configuration, as for the next two."""
    log_rotate_duration_s: int | None = None
    log_rotate_max_files: int | None = None
    client: Mapping[str, str] = field(default_factory=dict)
    """Settings of the client that flags gave, by what follows `STRONGROOM_` in the name of their variable."""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """For every request."""
