"""`import files`: secrets of other programs in a kv mount, and what is done where another one is."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.conformance.migrations.filled import Api, read
from tests.conformance.program import OURS, forked
from tests.conformance.servers import ROOT_TOKEN, Server, ours

__all__ = ["ours"]

INCOMPLETE = 2


def imported(server: Server, directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One run of the command."""
    settings = {"HOME": str(directory), "STRONGROOM_TOKEN": ROOT_TOKEN, "STRONGROOM_ADDR": server.url}
    command = [str(forked(OURS)), "import", "files", *words]
    environment = {"PATH": os.environ["PATH"], **settings}
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env=environment)


@pytest.mark.parametrize("version", [1, 2])
def test_what_is_there_already_decides(ours: Server, tmp_path: Path, version: int) -> None:
    """The same again is the same; another value is skipped, fails, or becomes a further version."""
    api = Api(ours.url, ROOT_TOKEN)
    mount = f"files{version}"
    api.call("POST", f"sys/mounts/{mount}", {"type": "kv", "options": {"version": str(version)}})
    file = tmp_path / "app.json"
    words = ("-from=json", f"-mount={mount}", f"-kv-version={version}", "-prefix=a/b", "-format=json", str(file))
    path = f"{mount}/{'data/' if version == 2 else ''}a/b/app"

    def value() -> object:
        found = read(api, path)
        return found["data"] if version == 2 else found

    def run(conflict: str, password: str) -> int:
        file.write_text(json.dumps({"password": password}))
        os.utime(file, (1_700_000_000, 1_700_000_000))
        done = imported(ours, tmp_path, f"-conflict={conflict}", *words)
        assert "-pw" not in done.stdout + done.stderr
        return done.returncode

    assert (run("fail", "first-pw"), value()) == (0, {"password": "first-pw"})
    assert (run("fail", "first-pw"), value()) == (0, {"password": "first-pw"})
    assert (run("fail", "second-pw"), value()) == (INCOMPLETE, {"password": "first-pw"})
    assert (run("skip", "second-pw"), value()) == (0, {"password": "first-pw"})
    if version == 2:
        assert (run("version", "second-pw"), value()) == (0, {"password": "second-pw"})
        assert read(api, f"{path}?version=1")["data"] == {"password": "first-pw"}


def test_a_file_that_isn_t_one_ends_the_import(ours: Server, tmp_path: Path) -> None:
    """Nothing of it is shown, and nothing was written."""
    (tmp_path / "bad.env").write_text("A=1\nthe-canary of a password\n")
    done = imported(ours, tmp_path, "-from=dotenv", "-prefix=bad", str(tmp_path / "bad.env"))
    assert done.returncode == 2
    assert "line 2 is no variable" in done.stderr
    assert "canary" not in done.stdout + done.stderr
    assert Api(ours.url, ROOT_TOKEN).ask("LIST", "secret/metadata/bad")[0] == 404
    assert imported(ours, tmp_path, "-from=kdbx", "x").returncode == 1
