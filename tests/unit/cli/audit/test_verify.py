"""`audit verify`: what it says of a log that isn't the named device's."""

from __future__ import annotations

import base64
import os
import subprocess
from pathlib import Path

from tests.sim.audit_log import Written
from tests.unit.cli.answering import answering
from tests.unit.cli.policies.test_explain import PROGRAM

KEY, OTHER = b"k" * 32, b"o" * 32


def test_a_log_of_another_device_is_told_from_a_forged_one(tmp_path: Path) -> None:
    """Whoever forgets -path learns which device was taken, and doesn't only read that every line was changed."""
    device = {"id": "d", "former": False, "prefix": "", "chain_key": base64.b64encode(KEY).decode(), "lost": 0}
    answer = {"data": {"devices": [{**device, "heads": []}]}}
    with answering({}, otherwise=answer) as server:
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
        environment |= {"VAULT_ADDR": server.address, "VAULT_TOKEN": "t"}
        for keys, told in (((OTHER, OTHER), True), ((KEY, OTHER), False)):
            log, lines = tmp_path / "kv.log", list[bytes]()
            for number, key in enumerate(keys):
                written = Written(key, f"writer-{number}")
                written.write(1)
                lines += written.lines
            log.write_bytes(b"".join(lines))
            words = [PROGRAM, "audit", "verify", log]
            done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 1, done.stdout
            assert ("as the log of the device file/" in done.stdout) is told
