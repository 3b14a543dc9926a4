"""What the agent makes of secrets: files, an environment, and restarts of programs.

Source: https://developer.hashicorp.com/vault/docs/agent-and-proxy/agent, https://openbao.org/docs/agent-and-proxy/
"""

from __future__ import annotations

from dataclasses import dataclass, field

from strongroom.lib.hcl import HclError, Literal, Node
from strongroom.server.config.reader import (
    Reader,
    Where,
    boolean,
    key,
    mode,
    nested,
    one_of,
    ranged,
    reads,
    seconds,
    text,
    texts,
)


def part(_: Reader, node: Node) -> float:
    """A part of a time, such as 0.67: above 0, and 1 at the most."""
    value = node.value if isinstance(node, Literal) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise HclError(node.pos, f"expected a part such as 0.9, found {value}")
    return float(value)


@dataclass(frozen=True, slots=True)
class Wait:
    """`wait` inside a template: how long changes settle before the file is written."""

    min_s: int = key(seconds, 0, name="min")
    max_s: int = key(seconds, 0, name="max")


@dataclass(frozen=True, slots=True)
class TemplateExec:
    """`exec` inside a template: what is run after its file has changed.

    Attributes:
        command: one text is run by a shell; several are a program and its arguments.
    """

    command: tuple[str, ...] = key(texts, ())
    timeout_s: int = key(seconds, 30, name="timeout")


@dataclass(frozen=True, slots=True)
class Template:
    """`template`: a file that is made of a text and of secrets.

    Attributes:
        overwrite: whether a file that is there at the start may be replaced before anything has changed.
        function_denylist, function_blacklist: functions that its text may not use; the second is the older name.
        refresh_s: how often what has no lease is read again; None for `static_secret_render_interval`.
        renew_at: the part of a certificate's life after which it is issued again; 0 for the usual one.
    """

    where: Where
    source: str = key(text, "")
    contents: str = key(text, "", secret=True)
    destination: str = key(text, "")
    create_dest_dirs: bool = key(boolean, True)
    command: str = key(text, "")
    command_timeout_s: int = key(seconds, 30, name="command_timeout")
    exec: TemplateExec | None = field(default=None, metadata=reads(nested(TemplateExec, "exec")))
    error_on_missing_key: bool = key(boolean, False)
    error_fatal: bool | None = key(boolean, None)
    left_delimiter: str = key(text, "{{")
    right_delimiter: str = key(text, "}}")
    perms: int | None = key(mode, None)
    user: str = key(text, "")
    uid: int | None = key(ranged(0), None)
    group: str = key(text, "")
    gid: int | None = key(ranged(0), None)
    backup: bool = key(boolean, False)
    sandbox_path: str = key(text, "")
    function_denylist: tuple[str, ...] = key(texts, ())
    function_blacklist: tuple[str, ...] = key(texts, ())
    wait: Wait | None = field(default=None, metadata=reads(nested(Wait, "wait")))
    engine: str = key(one_of("go", "jinja"), "go")
    overwrite: bool = key(boolean, True)
    refresh_s: int | None = key(seconds, None, name="refresh")
    renew_at: float = key(part, 0.0)
    map_to_environment_variable: str = key(text, "")


@dataclass(frozen=True, slots=True)
class TemplateConfig:
    """`template_config`: what holds for all templates."""

    exit_on_retry_failure: bool = key(boolean, False)
    static_secret_render_interval_s: int = key(seconds, 300, name="static_secret_render_interval")
    max_connections_per_host: int = key(ranged(0), 10)
    lease_renewal_threshold: float = key(part, 0.0)
    """The part of a lease's or certificate's time after which it is fetched again; 0 for the default."""


@dataclass(frozen=True, slots=True)
class Exec:
    """`exec`: the program that the agent runs, with `env_template`s in its environment."""

    where: Where
    command: tuple[str, ...] = key(texts, ())
    restart_on_secret_changes: str = key(one_of("always", "never"), "always")
    restart_stop_signal: str = key(text, "SIGTERM")
    kill_timeout_s: int = key(seconds, 30, name="kill_timeout")


@dataclass(frozen=True, slots=True)
class Turns:
    """`turns`: of a group of instances so many restart at a time, and the next one only when this one is well.

    Attributes:
        path: of the group on the server, such as `turns/web`.
        splay_s: the longest random wait before a restart.
        health_command: ends with 0 when the instance is well; a shell's line, or a program with arguments.
        hold_after_s: how long the turn is kept after that.
    """

    where: Where
    path: str = key(text, "")
    splay_s: int = key(seconds, 0, name="splay")
    health_command: tuple[str, ...] = key(texts, ())
    health_timeout_s: int = key(seconds, 60, name="health_timeout")
    hold_after_s: int = key(seconds, 0, name="hold_after")
