"""A real server in recovery mode, over the files of a store, asked by the command line."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path

from strongroom.lib.clock import SystemClock
from strongroom.lib.rand import SystemRandom
from strongroom.sealing.initialize import InitRequest, initialize
from strongroom.storage.sqlite import SqliteStorage
from tests.conformance.program import OURS, Program, environment, forked, stopped
from tests.ports import free_port


def _initialised(directory: Path) -> str:
    """The only key share of a new store."""

    async def make() -> str:
        storage = SqliteStorage(directory, SystemClock(), SystemRandom())
        await storage.start()
        made = await initialize(storage, SystemRandom(), InitRequest(shares=1, threshold=1))
        await storage.close()
        return made.shares.base64()[0]

    return asyncio.run(make())


def test_a_row_is_deleted_by_the_command_line(tmp_path: Path) -> None:
    """With a token made by the key share, as for Vault; the server says in which mode it is."""
    (tmp_path / "data").mkdir()
    share, address = _initialised(tmp_path / "data"), f"127.0.0.1:{free_port()}"
    config = f'storage "sqlite" {{ path = "{tmp_path}/data" }}\n'
    config += f'listener "tcp" {{\n  address = "{address}"\n  tls_disable = true\n}}\n'
    (tmp_path / "c.hcl").write_text(config)
    command = ["server", "-recovery", f"-config={tmp_path}/c.hcl"]

    def run(*words: str, token: str = "") -> str:
        extra = {"VAULT_ADDR": f"http://{address}", "VAULT_TOKEN": token}
        home = environment(tmp_path, extra)
        command = [forked(OURS), *words]
        return subprocess.run(command, env=home, capture_output=True, text=True, check=True, timeout=60).stdout

    recovering = Program.fork(command, tmp_path, tmp_path / "log")
    with stopped(recovering, lambda started: "==> Log:" in started.log_text()) as program:
        assert "recovery mode" in program.log_text()
        generate = ("operator", "generate-root", "-recovery-token")
        begun = json.loads(run(*generate, "-init", "-format=json"))
        given = json.loads(run(*generate, f"-nonce={begun['nonce']}", "-format=json", share))
        token = run("operator", "generate-root", f"-decode={given['encoded_token']}", f"-otp={begun['otp']}").strip()
        folder = "sys/raw/shared/root/sys/policy/acl"
        assert "default" in run("list", folder, token=token).split()
        run("delete", f"{folder}/default", token=token)
        assert "default" not in run("list", folder, token=token).split()
        assert token not in program.log_text()
