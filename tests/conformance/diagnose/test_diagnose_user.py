"""Root diagnoses as the server's user: what stops the server is a failure, whoever asks."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.diagnose.test_diagnose import findings
from tests.ports import free_port

PYTHON = Path("/usr/bin/python3")
"""The interpreter that runs the tests may be in somebody's home, where other users can't read it."""
_VERSION = f"python3.{sys.version_info.minor}"
pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root, which checks as another user"),
    pytest.mark.skipif(PYTHON.resolve().name != _VERSION, reason=f"needs {PYTHON} to be {_VERSION}"),
]
NOBODY = pwd.getpwnam("nobody")
_MAIN = "import sys; from strongroom.cli.main import main; sys.exit(main())"
_AS_NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")


def command(*words: str) -> list[str]:
    """The program, run by an interpreter that every user can read."""
    return [str(PYTHON), "-c", _MAIN, *words]


def environment() -> dict[str, str]:
    """Where that interpreter finds the modules that are tested."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": ":".join(name for name in sys.path if "site-packages" in name or name.endswith("/src")),
    }


def diagnose(machine: Path, *words: str, front: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """One diagnosis of the machine's configuration."""
    named = [*front, *command("operator", "diagnose", f"-config={machine}/config.hcl", *words)]
    return subprocess.run(named, env=environment(), capture_output=True, text=True, check=False, timeout=60)


def diagnosed(machine: Path, *words: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code of a diagnosis, and its findings by name."""
    done = diagnose(machine, "-format=json", *words)
    assert done.stderr == ""
    return done.returncode, {finding["name"]: finding for finding in findings(json.loads(done.stdout))}


@pytest.fixture
def machine() -> Iterator[Path]:
    """A configuration with TLS whose key is root's alone, and a store that is the user nobody's."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    for name in ("store", "log"):
        (folder / name).mkdir(mode=0o700)
        os.chown(folder / name, NOBODY.pw_uid, NOBODY.pw_gid)
    words = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-noenc",
        "-days",
        "90",
        "-subj",
        "/CN=x",
    ]
    extensions = ["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"]
    files = ["-keyout", str(folder / "tls.key"), "-out", str(folder / "tls.crt")]
    subprocess.run(["openssl", *words, *extensions, *files], check=True, capture_output=True)
    (folder / "config.hcl").write_text(
        f'storage "sqlite" {{ path = "{folder}/store" }}\n'
        f'listener "tcp" {{\n  address = "127.0.0.1:{free_port()}"\n'
        f'  tls_cert_file = "{folder}/tls.crt"\n  tls_key_file = "{folder}/tls.key"\n}}\n'
        f'audit_directories = ["{folder}/log"]\n'
    )
    yield folder
    shutil.rmtree(folder)


def _server_starts(folder: Path) -> bool:
    with subprocess.Popen(
        [*_AS_NOBODY, *command("server", f"-config={folder}/config.hcl")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(),
    ) as server:
        assert server.stdout is not None
        started = any("server started!" in line for line in server.stdout)
        server.terminate()
        server.communicate()
        return started


def test_a_key_that_only_root_reads_fails_as_it_does_for_the_server(machine: Path) -> None:
    """The server doesn't start, and the diagnosis of root says so; with the key's owner put right, both are well."""
    code, found = diagnosed(machine)
    assert code == 1, found
    assert found["Check User"]["message"] == f"All is checked as user nobody (the owner of {machine}/store)."
    assert found["Check Listener TLS"]["status"] == "fail"
    assert not _server_starts(machine)
    os.chown(machine / "tls.key", NOBODY.pw_uid, NOBODY.pw_gid)
    code, found = diagnosed(machine)
    assert found["Check Listener TLS"]["status"] == "ok"
    assert code in (0, 2)
    assert _server_starts(machine)


def test_the_user_can_be_named(machine: Path) -> None:
    """Root can ask as root, and as any user that there is; nobody else can."""
    _, found = diagnosed(machine, "-user=root")
    assert found["Check Listener TLS"]["status"] == "ok"
    code, found = diagnosed(machine, "-user=nobody")
    assert (code, found["Check User"]["message"]) == (1, "All is checked as user nobody.")
    done = diagnose(machine, "-user=nosuchuser")
    assert (done.returncode, done.stderr) == (
        3,
        "Error choosing the user: there is no user nosuchuser on this machine\n",
    )
    done = diagnose(machine, "-user=root", front=_AS_NOBODY)
    assert (done.returncode, done.stderr) == (3, "Error choosing the user: only root can check as user root\n")


def test_a_log_directory_that_the_server_cannot_write_fails(machine: Path) -> None:
    """A directory of `audit_directories` that is another user's would refuse every audit device."""
    _, found = diagnosed(machine)
    assert found[f"audit_directories {machine}/log"]["status"] == "ok"
    os.chown(machine / "log", 0, 0)
    code, found = diagnosed(machine)
    assert (code, found[f"audit_directories {machine}/log"]["status"]) == (1, "fail")
