"""Installs the provider into a cache, and runs it."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ports import free_port

HERE = Path(__file__).parent
SECRET = "canary-client-secret"
_INSTALL_S = 240


def _installed() -> Path:
    """The folder with the provider.  Skips the test where it can't be had."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program}")
    digest = hashlib.sha256((HERE / "package.json").read_bytes()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "strongroom-tests"
    place = cache / f"oidc-provider-{digest}"
    if not (place / "complete").exists():
        work = cache / f"oidc-provider-{digest}.{os.getpid()}"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        shutil.copy(HERE / "package.json", work)
        command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        try:
            done = subprocess.run(command, cwd=work, capture_output=True, check=False, timeout=_INSTALL_S)
        except subprocess.TimeoutExpired:
            pytest.skip("npm's registry doesn't answer")
        if done.returncode:
            shutil.rmtree(work, ignore_errors=True)
            pytest.skip("npm can't install oidc-provider")
        (work / "complete").touch()
        try:
            work.rename(place)
        except OSError:  # another process was first
            shutil.rmtree(work, ignore_errors=True)
    shutil.copy(HERE / "server.mjs", place)
    return place


@contextmanager
def running(*options: str) -> Iterator[str]:
    """The address of a provider, which runs until the end of the `with`."""
    place, port = _installed(), free_port()
    with subprocess.Popen(
        ["node", "server.mjs", str(port), SECRET, *options],
        cwd=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if line == b"ready\n":
                    break
            else:
                pytest.fail("the provider has ended")
            yield f"http://127.0.0.1:{port}"
        finally:
            # With all that it has started: a Python environment's `node` starts the real one.
            os.killpg(process.pid, signal.SIGKILL)
