#!/usr/bin/python3
"""A `systemctl` for one unit on a machine without systemd: it does what the unit says, and refuses other settings.

Honoured are the settings in `HONOURED`; those in `LEFT_OUT` only take away more from the service.
"""

from __future__ import annotations

import grp
import os
import pwd
import resource
import select
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

STATE = Path("/run/unit-runner")
HONOURED = frozenset(
    {
        *("Type", "User", "Group", "ExecStart", "ExecReload", "UMask", "NoNewPrivileges", "CapabilityBoundingSet"),
        *("StateDirectory", "StateDirectoryMode", "LogsDirectory", "LogsDirectoryMode", "LimitNOFILE", "LimitCORE"),
        *("ProtectSystem", "ProtectHome", "PrivateTmp", "TimeoutStopSec", "TimeoutStartSec", "KillMode"),
    }
)
LEFT_OUT = frozenset(
    {
        *("Restart", "RestartSec", "MemorySwapMax", "PrivateDevices", "ProtectClock", "ProtectControlGroups"),
        *("ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules", "ProtectKernelTunables", "ProtectProc"),
        *("RestrictAddressFamilies", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "LockPersonality"),
        *(
            "RemoveIPC",
            "SystemCallArchitectures",
            "NotifyAccess",
            "WatchdogSec",
            "TimeoutAbortSec",
            "FileDescriptorStoreMax",
        ),
    }
)
_FOLDERS = {"StateDirectory": "/var/lib", "LogsDirectory": "/var/log"}
_START_TIMEOUT_S = 60.0


class UnitError(Exception):
    """The unit can't be run here."""


def read(unit: Path) -> dict[str, str]:
    """The settings of the unit's service."""
    found, section = dict[str, str](), ""
    for raw in unit.read_text().splitlines():
        line = raw.strip()
        if line.startswith("["):
            section = line
        elif section == "[Service]" and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            found[name] = value
    if unknown := found.keys() - HONOURED - LEFT_OUT:
        raise UnitError(f"{unit}: unknown settings: {', '.join(sorted(unknown))}")
    return found


def find(name: str) -> Path:
    """The unit's file."""
    file = name if name.endswith(".service") else f"{name}.service"
    for folder in ("/etc/systemd/system", "/lib/systemd/system"):
        if (Path(folder) / file).exists():
            return Path(folder) / file
    raise UnitError(f"Unit {file} not found.")


def main_pid(name: str) -> int:
    """The process of a running service; 0 if it doesn't run."""
    try:
        pid = int((STATE / name).read_text())
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ValueError):
        return 0
    return 0 if state == "Z" else pid


def start(name: str, unit: dict[str, str]) -> None:
    """Start the service, and wait until it says that it serves."""
    if main_pid(name):
        return
    STATE.mkdir(exist_ok=True)
    user, group = pwd.getpwnam(unit["User"]), grp.getgrnam(unit["Group"])
    writable = []
    for setting, above in _FOLDERS.items():
        folder = Path(above) / unit[setting]
        folder.mkdir(exist_ok=True)
        folder.chmod(int(unit[f"{setting}Mode"], 8))
        os.chown(folder, user.pw_uid, group.gr_gid)
        writable.append(folder)
    log = STATE / f"{name}.log"
    log.touch()
    began = log.stat().st_size
    notify = STATE / "notify"
    notify.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told, log.open("ab") as output:
        told.bind(str(notify))
        notify.chmod(0o777)
        process = subprocess.Popen(
            [*_limits(unit), *_namespace(unit, writable), *_credentials(unit), *shlex.split(unit["ExecStart"])],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=_environment(user, unit, notify),
            umask=int(unit["UMask"], 8),
            start_new_session=True,
        )
        (STATE / name).write_text(str(process.pid))
        deadline = time.monotonic() + _START_TIMEOUT_S
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise UnitError(f"Job for {name} failed:\n{log.read_text()[began:]}")
            if unit["Type"].startswith("notify"):
                if select.select([told], [], [], 0.05)[0] and b"READY=1" in told.recv(4096).split(b"\n"):
                    return
            elif "server started!" in log.read_text()[began:]:
                # A unit of this type says nothing of when it serves; people look into the journal.
                return
            else:
                time.sleep(0.05)
    raise UnitError(f"Job for {name} timed out:\n{log.read_text()[began:]}")


def _environment(user: pwd.struct_passwd, unit: dict[str, str], notify: Path) -> dict[str, str]:
    known = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": user.pw_dir}
    known |= {"USER": user.pw_name, "LOGNAME": user.pw_name, "SHELL": user.pw_shell}
    return known | ({"NOTIFY_SOCKET": str(notify)} if unit["Type"].startswith("notify") else {})


def _namespace(unit: dict[str, str], writable: list[Path]) -> list[str]:
    """What the service sees of the file system."""
    steps = [f"mount --bind {folder} {folder}" for folder in writable]
    if unit.get("PrivateTmp") == "yes":
        steps += ["mount -t tmpfs -o mode=1777 tmpfs /tmp"]
    if unit.get("ProtectHome") == "yes":
        steps += [f"mount -t tmpfs -o mode=000,ro tmpfs {home}" for home in ("/home", "/root")]
    if unit.get("ProtectSystem") == "strict":
        steps += ["mount -o remount,bind,ro /"]
    script = " && ".join([*steps, 'exec "$@"'])
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "service"]


def _credentials(unit: dict[str, str]) -> list[str]:
    words = ["setpriv", f"--reuid={unit['User']}", f"--regid={unit['Group']}", "--init-groups"]
    if unit.get("CapabilityBoundingSet") == "":
        words += ["--inh-caps=-all", "--bounding-set=-all"]
    if unit.get("NoNewPrivileges") == "yes":
        words += ["--no-new-privs"]
    return words


def _limits(unit: dict[str, str]) -> list[str]:
    """The unit's limits, as far as those of this process go: a container's root may not raise its own."""
    found = ["prlimit"]
    for setting, name in (("LimitNOFILE", "nofile"), ("LimitCORE", "core")):
        hardest = resource.getrlimit(getattr(resource, f"RLIMIT_{name.upper()}"))[1]
        wanted = int(unit[setting])
        found.append(f"--{name}={wanted if hardest == resource.RLIM_INFINITY else min(wanted, hardest)}")
    return found


def stop(name: str, unit: dict[str, str]) -> None:
    """SIGTERM, and wait; SIGKILL to its group when it doesn't end in time."""
    pid = main_pid(name)
    if not pid:
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + float(unit["TimeoutStopSec"])
    while main_pid(name) == pid:
        if time.monotonic() > deadline:
            os.killpg(pid, signal.SIGKILL)
            raise UnitError(f"{name} was killed: it didn't end")
        time.sleep(0.05)


def reload(name: str, unit: dict[str, str]) -> None:
    """Run what the unit says."""
    pid = main_pid(name)
    if not pid:
        raise UnitError(f"{name}.service is not active, cannot reload.")
    if "ExecReload" in unit:
        subprocess.run(shlex.split(unit["ExecReload"].replace("$MAINPID", str(pid))), check=True)
    else:
        os.kill(pid, signal.SIGHUP)


def run(words: list[str]) -> int:
    """One command."""
    quiet, now = "--quiet" in words, "--now" in words
    verb, *names = [word for word in words if not word.startswith("-")]
    if verb == "daemon-reload":
        return 0
    for given in names:
        name, unit = given.removesuffix(".service"), read(find(given))
        match verb:
            case "start":
                start(name, unit)
            case "enable":
                if now:
                    start(name, unit)
            case "stop":
                stop(name, unit)
            case "restart":
                stop(name, unit)
                start(name, unit)
            case "reload":
                reload(name, unit)
            case "is-active":
                if not quiet:
                    print("active" if main_pid(name) else "inactive")
                return 0 if main_pid(name) else 3
            case _:
                raise UnitError(f"unknown command: {verb}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(run(sys.argv[1:]))
    except UnitError as error:
        sys.exit(str(error))
