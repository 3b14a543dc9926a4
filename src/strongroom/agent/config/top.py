"""What stands outside of all stanzas.

Source: https://developer.hashicorp.com/vault/docs/agent-and-proxy/agent, https://openbao.org/docs/agent-and-proxy/
"""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.server.config.reader import (
    boolean,
    integer,
    key,
    one_of,
    seconds,
    text,
    texts,
)
from strongroom.server.config.stanzas import LOG_LEVELS


@dataclass(frozen=True, slots=True)
class Top:
    """What stands outside of all stanzas."""

    pid_file: str = key(text, "")
    exit_after_auth: bool = key(boolean, False)
    log_level: str = key(one_of(*LOG_LEVELS), "")
    log_format: str = key(one_of("standard", "json"), "")
    log_file: str = key(text, "")
    log_rotate_bytes: int = key(integer, 0)
    log_rotate_duration_s: int = key(seconds, 0, name="log_rotate_duration")
    log_rotate_max_files: int = key(integer, 0)
    disable_idle_connections: tuple[str, ...] = key(texts, ())
    disable_keep_alives: tuple[str, ...] = key(texts, ())
