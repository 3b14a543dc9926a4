"""A bash that lives as long as a page, and the run of a page in it."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.conformance.docs.console import Block, Names, Step, blocks
from tests.conformance.program import BIN, OURS, forked
from tests.ports import free_port

COMMAND_TIMEOUT_S = 90.0
START_TIMEOUT_S = 90.0
_END = "----- end of a command:"
_LEFT_OUT = ("VAULT_", "BAO_", "STRONGROOM_", "PYTHON", "VIRTUAL_ENV")
PLACES = ("/etc/strongroom", "/var/lib/strongroom", "/var/log/strongroom", "/var/backups/strongroom")
"""Where pages put things; a test puts them below a directory of its own."""


class Unexpected(AssertionError):
    """An example did something else than its page says."""


class Shell:
    """A shell that takes commands one by one, as a person pastes them.

    Args:
        directory: its home and working directory.
        programs: the directories of `PATH`.
        command: what starts it; by default a shell on this machine.
        home: its home, where that is another than `directory`.
    """

    def __init__(
        self,
        directory: Path,
        programs: str,
        environment: Mapping[str, str],
        command: Sequence[str] = ("bash", "--noprofile", "--norc"),
        home: str = "",
    ) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_LEFT_OUT)}
        self._directory = directory
        self._background: list[int] = []
        self._unread = b""
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=directory,
            env={**kept, "HOME": home or str(directory), "PATH": programs, "LC_ALL": "C.UTF-8", **environment},
            start_new_session=True,
            bufsize=0,
        )

    def run(self, command: str, timeout_s: float = COMMAND_TIMEOUT_S) -> tuple[str, int]:
        """Run a command to its end; what it printed to both outputs, and its exit status."""
        self._type(f"{{ {command}\n}} </dev/null; printf '\\n{_END} %s\\n' $?\n")
        output, _, status = self._until_end(command, timeout_s).rpartition(f"\n{_END} ")
        return output, int(status)

    def start(self, command: str) -> Path:
        """Run a command beside the others; the file that it prints to."""
        log = self._directory / f".output-{time.monotonic_ns()}"
        output, status = self.run(f"{command.strip()} >{log} 2>&1 &\n echo $!")
        if status or not output.strip().isdecimal():
            raise Unexpected(f"$ {command}\n{output}")
        self._background.append(int(output))
        return log

    @property
    def pid(self) -> int:
        """Of the process that was started."""
        return self._process.pid

    def end_last(self) -> None:
        """End what was started last, as Ctrl-C does, and wait until it is gone."""
        pid = self._background[-1]
        output, _ = self.run(f"kill {pid}; wait {pid}", 20)
        self._background.pop()
        if output.strip():
            raise Unexpected(output)

    def close(self) -> None:
        """End everything that runs in it."""
        with contextlib.suppress(Unexpected, OSError):
            while self._background:
                self.end_last()
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        # A shell that a page's mistake has ended leaves behind what it had started.
        for pid in self._background:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _type(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())

    def _until_end(self, command: str, timeout_s: float) -> str:
        assert self._process.stdout is not None
        deadline = time.monotonic() + timeout_s
        mark = f"\n{_END} ".encode()
        while mark not in self._unread or not self._unread.endswith(b"\n"):
            ready, _, _ = select.select([self._process.stdout], [], [], max(0, deadline - time.monotonic()))
            more = os.read(self._process.stdout.fileno(), 65536) if ready else b""
            if not more:
                why = "ended the shell" if ready else "doesn't end"
                raise Unexpected(f"$ {command}\n{self._unread.decode(errors='replace')}\n[it {why}]")
            self._unread += more
        found, self._unread = self._unread, b""
        return found.decode().rstrip("\n")


def programs(directory: Path, *names: str) -> str:
    """A `PATH` on which this project's program is found, which is forked, and under the given names as well."""
    folder = directory / ".programs"
    folder.mkdir(exist_ok=True)
    for name in ("strongroom", *names):
        (folder / name).symlink_to(forked(OURS))
    return f"{folder}:{BIN}:{os.environ['PATH']}"


def plain_programs() -> str:
    """A `PATH` without the environment that the tests run in."""
    return ":".join(part for part in os.environ["PATH"].split(":") if Path(part) != BIN)


@contextlib.contextmanager
def opened(directory: Path, path: str) -> Iterator[tuple[Shell, Names]]:
    """A shell with addresses in the place of a server's and an agent's, and folders in that of the system's."""
    address = f"127.0.0.1:{free_port()}"
    replaced = {"0.0.0.0:8200": address, "127.0.0.1:8200": address, "127.0.0.1:8100": f"127.0.0.1:{free_port()}"}
    for place in PLACES:
        target = directory / "system" / place.lstrip("/")
        target.mkdir(parents=True)
        replaced[place] = str(target)
    shell = Shell(directory, path, {"STRONGROOM_DEV_LISTEN_ADDRESS": address})
    try:
        yield shell, Names(replaced)
    finally:
        shell.close()


def run_page(page: Path, shell: Shell, names: Names, root: Shell | None = None, system: Path = Path("/")) -> int:
    """Run everything that a page shows; how many commands that were.

    Args:
        root: where commands for root run; by default with the others.
        system: the root of the machine that both are on, as this process sees it.

    Raises: `Unexpected` with the page, the line, and both outputs.
    """
    return run_blocks(page, blocks(page), shell, names, root, system)


def run_blocks(
    page: Path,
    shown: Sequence[Block],
    shell: Shell,
    names: Names,
    root: Shell | None = None,
    system: Path = Path("/"),
) -> int:
    """Run some blocks of a page, as `run_page` does."""
    count = 0
    for block in shown:
        if block.note.startswith("ends"):
            shell.end_last()
        if block.file:
            target = system / names.fill(block.file).lstrip("/")
            target.write_text(names.fill(block.content), encoding="utf-8")
        for step in block.steps:
            _run_step(page, block, step, root if root is not None and step.root else shell, names)
            count += 1
    return count


def _run_step(page: Path, block: Block, step: Step, shell: Shell, names: Names) -> None:
    command = names.fill(step.command)
    if "stays" in block.note:
        output = _wait_for(shell.start(command), step, names)
        status = 0
    else:
        output, status = shell.run(command)
    where = f"{page}:{step.line}\n$ {command}\n{output}"
    if step.status is None and not status:
        raise Unexpected(f"{where}\n[should have failed]")
    if step.status is not None and step.status != status:
        raise Unexpected(f"{where}\n[exit status {status}, not {step.status}]")
    if step.expected and not names.match(step.expected, output):
        shown = names.fill("\n".join(step.expected))
        raise Unexpected(f"{where}\n[the page says]\n{shown}")


def _wait_for(log: Path, step: Step, names: Names) -> str:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        output = log.read_text() if log.exists() else ""
        if names.match(step.expected, output) or time.monotonic() > deadline:
            return output
        time.sleep(0.05)


def copy_sources(root: Path, target: Path) -> None:
    """What a checkout holds of the program, without what was made in it."""
    target.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, target / name)
    shutil.copytree(root / "src", target / "src", ignore=shutil.ignore_patterns("__pycache__"))


def python_can_make_environments() -> bool:
    """Whether the `python3` outside of the tests' environment has what `venv` needs."""
    found = shutil.which("python3", path=plain_programs()) or sys.executable
    return subprocess.run([found, "-c", "import ensurepip, venv"], check=False, capture_output=True).returncode == 0
