"""One short run of the benchmark against ours alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bench.report.results import Operations, load

ROOT = Path(__file__).parents[3]
MEASURED = ["seal-status", "kv2-write", "approle-login"]
"""One without audit, one that stores, and one that needs a setup of its own."""


@pytest.mark.skipif(shutil.which("wrk") is None, reason="needs the Debian package wrk")
def test_operations_are_measured_and_nothing_stays(tmp_path: Path) -> None:
    """None is refused or fails; all figures are told, and no process or store is left."""
    command = [sys.executable, "-m", "bench", "--alone", "--rounds=1", "--seconds=1", "--connections=4"]
    command.append(f"--only={','.join(MEASURED)}")
    done = subprocess.run(
        [*command, f"--out={tmp_path}"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = load(tmp_path, "operations", Operations)
    assert found is not None
    assert [row.name for row in found.rows] == MEASURED
    for row in found.rows:
        assert set(row.figures) == {"ours", "bare"}, row
        assert all(each.refused == each.broken == 0 for each in row.figures.values()), row
        assert all(each.rate > 0 and each.memory_mib > 0 for each in row.figures.values()), row
    assert list((tmp_path / "stores").iterdir()) == []
    assert [entry for entry in Path("/proc").glob("[0-9]*/cmdline") if str(tmp_path).encode() in _text(entry)] == []


def _text(entry: Path) -> bytes:
    try:
        return entry.read_bytes()
    except OSError:
        return b""
