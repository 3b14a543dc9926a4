"""Whether a fork is what somebody would have started."""

from __future__ import annotations

import os
import re
import resource
import signal
from collections.abc import Mapping
from pathlib import Path

_SAME = ("Uid", "Gid", "Groups", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp")
_NAMESPACES = ("mnt", "net", "pid", "user", "ipc", "uts")
_OF_PYTHON = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPATH")
_UNICODE = re.compile(r"|C|POSIX|.*\.utf-?8", re.I)
_LIMITS = [limit for name, limit in vars(resource).items() if name.startswith("RLIMIT_")]


def alike(asking: int, environment: Mapping[str, str]) -> bool:
    """Whether a fork of this process would be what the asking process wants to start in an environment.

    Rights and namespaces are inherited, and so is a terminal; what the interpreter takes from the environment it took
    when it began.
    """
    try:
        return _inherited(asking) == _inherited(os.getpid()) and _interpreted(environment) == _interpreted(os.environ)
    except OSError:  # it has ended
        return False


def _inherited(pid: int) -> list[str]:
    place = Path("/proc") / str(pid)
    status = _status(pid)
    links = [os.readlink(place / "root"), *(os.readlink(place / "ns" / name) for name in _NAMESPACES)]  # noqa: PTH115
    return [*(status[name] for name in _SAME), *links, _terminal(place)]


def _terminal(place: Path) -> str:
    return (place / "stat").read_text().rpartition(")")[2].split()[4]


def _interpreted(environment: Mapping[str, str]) -> tuple[list[str], bool]:
    of_python = [name for name in environment if name.startswith("PYTHON") and name not in _OF_PYTHON]
    places = environment.get("PYTHONPATH", "").split(os.pathsep)
    own = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    more = [place for place in places if place and place not in own]
    locale = next(filter(None, (environment.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))), "")
    return sorted(of_python + more), bool(_UNICODE.fullmatch(locale))


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def take_on(asking: int) -> None:
    """Take on what a process that the asking one starts inherits, and a fork of this one doesn't."""
    status = _status(asking)
    os.umask(int(status["Umask"], 8))
    for limit in _LIMITS:
        resource.setrlimit(limit, resource.prlimit(asking, limit))
    ignored = int(status["SigIgn"], 16)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        if ignored >> (number - 1) & 1:
            signal.signal(number, signal.SIG_IGN)
