"""The Debian package, built once for all tests that need it."""

from __future__ import annotations

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
    checkout = tmp_path_factory.mktemp("deb") / "checkout"
    copy_sources(ROOT, checkout)
    shutil.copy(ROOT / "CHANGELOG.md", checkout)
    for folder in ("packaging", "docs"):
        shutil.copytree(ROOT / folder, checkout / folder)
    pip = Path(sys.executable).parent / "pip"
    # Compressed as little as it gets, which is a minute of a processor less.
    light = {"DPKG_DEB_COMPRESSOR_TYPE": "gzip", "DPKG_DEB_COMPRESSOR_LEVEL": "1"}
    built = run(checkout / "packaging/debian/build", pip, DEBIAN_PYTHON, checkout / "build/deb", **light)
    return Path(built.split()[-1])
