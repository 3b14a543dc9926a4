"""A machine of a test's own: all of this system's files, of which nothing that is written stays.

It has mounts, processes and users of its own, for as long as its shells live.  It shares the network.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.docs.shell import Shell

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_BASH = ("bash", "--noprofile", "--norc")
_SETUP = """
set -e
mount -t tmpfs -o mode=0755 tmpfs "$1"
mkdir -m 0755 "$1/written" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=/,upperdir=$1/written,workdir=$1/work" overlay "$1/root"
cd "$1/root"
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=0755 tmpfs run
mkdir -p run/systemd/system root
rm -f var/lib/man-db/auto-update  # a package's manual pages would have those of all packages read anew
exec chroot . bash --noprofile --norc
"""
_ALONE = ("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child")
_RUNNER = Path(__file__).with_name("unit_runner.py")


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine.

    Attributes:
        root: a shell of root.
        person: a shell of somebody without rights.
        system: its root directory, as this process sees it.
    """

    root: Shell
    person: Shell
    system: Path


def why_not() -> str:
    """Why no machine can be made here; empty if it can."""
    if os.geteuid() != 0:
        return "needs root, for a machine of its own"
    for program in ("unshare", "nsenter", "setpriv", "runuser", "useradd"):
        if shutil.which(program) is None:
            return f"needs the program {program}"
    trial = "mount -t tmpfs tmpfs /tmp && mkdir /tmp/a /tmp/b /tmp/c && "
    trial += "mount -t overlay -o lowerdir=/,upperdir=/tmp/a,workdir=/tmp/b overlay /tmp/c"
    done = subprocess.run([*_ALONE, "sh", "-c", trial], check=False, capture_output=True)
    return "" if done.returncode == 0 else "needs a kernel that lets root mount an overlay"


@contextlib.contextmanager
def machine(directory: Path) -> Iterator[Machine]:
    """A machine with `systemctl`, until the block ends.

    Args:
        directory: an empty one, which it is mounted on.
    """
    root = Shell(directory, _PATH, {}, (*_ALONE, "bash", "-c", _SETUP, "bash", str(directory)), "/root")
    try:
        output, status = root.run("cd /root && useradd --create-home somebody && id --user somebody")
        assert status == 0, output
        inside = _child(root.pid)
        system = Path(f"/proc/{inside}/root")
        runner = system / "usr/bin/systemctl"
        # Where apt looks, too; the system's own, which is a link in some releases, stays as it is.
        runner.unlink(missing_ok=True)
        shutil.copy(_RUNNER, runner)
        runner.chmod(0o755)
        enter = ("nsenter", f"--target={inside}", "--mount", "--pid", "--root")
        become = ("setpriv", "--reuid=somebody", "--regid=somebody", "--init-groups")
        # `setpriv` looks the name up on the machine, where nobody else has that user.
        begin = ("bash", "-c", f"cd && exec {' '.join(_BASH)}")
        person = Shell(directory, _PATH, {}, (*enter, *become, *begin), "/home/somebody")
        try:
            person.run("true")  # what a shell says of the directory that it came from
            yield Machine(root, person, system)
        finally:
            person.close()
    finally:
        root.close()


def _child(pid: int) -> int:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if found:
            return int(found[0])
        time.sleep(0.02)
    raise AssertionError(f"process {pid} has no child")
