"""The Debian package, built once for all tests that need it, whichever processes of a run they are in."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.docs.shell import copy_sources

ROOT = Path(__file__).parents[3]
DEBIAN_PYTHON = Path("/usr/bin/python3")


def run(*command: str | Path, cwd: Path | None = None, **variables: str) -> str:
    """Run a command that has to succeed; what it printed."""
    environment = {**os.environ, **variables}
    words = [str(word) for word in command]
    done = subprocess.run(words, check=False, capture_output=True, text=True, cwd=cwd, env=environment)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Debian package, built from a copy of the sources."""
    if shutil.which("dpkg-deb") is None or not DEBIAN_PYTHON.exists():
        pytest.skip("needs Debian's dpkg-deb and python3")
    base = tmp_path_factory.getbasetemp()
    # The processes of a run have folders of their own in one that is the run's.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "deb"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        built = list((folder / "built").glob("*.deb"))
        return built[0] if built else _build(folder)


def _build(folder: Path) -> Path:
    """Build it, and put it whole into `built`."""
    checkout = folder / "checkout"
    shutil.rmtree(checkout, ignore_errors=True)
    copy_sources(ROOT, checkout)
    shutil.copy(ROOT / "CHANGELOG.md", checkout)
    for name in ("packaging", "docs"):
        shutil.copytree(ROOT / name, checkout / name)
    pip = Path(sys.executable).parent / "pip"
    # Compressed as little as it gets, which is a minute of a processor less.
    light = {"DPKG_DEB_COMPRESSOR_TYPE": "gzip", "DPKG_DEB_COMPRESSOR_LEVEL": "1"}
    made = Path(run(checkout / "packaging/debian/build", pip, DEBIAN_PYTHON, checkout / "deb", **light).split()[-1])
    (folder / "built").mkdir(exist_ok=True)
    return made.rename(folder / "built" / made.name)
