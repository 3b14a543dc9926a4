"""Every case file, sent to our server and to the reference server in step.

The wording of an error is shown but doesn't fail a test: clients tell errors apart by status.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.servers import start_ours, start_peer
from tests.conformance.wire import allowed, compare, known

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.txt"))
ALLOWED = allowed.read(HERE / "allowed.toml")
PEER_SETTINGS = "unsafe_allow_api_audit_creation = true\n"
"""The reference server lets clients make audit devices only if its configuration says so."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_answers_agree(file: Path, tmp_path: Path) -> None:
    """Both servers, freshly started, give the same status and body to every request of the file."""
    cases = compare.parse(file.name, file.read_text())
    with (
        known.values(file.stem) as values,
        start_ours(tmp_path) as ours,
        start_peer(tmp_path, dev_config=PEER_SETTINGS) as peer,
    ):
        sides = (compare.Side(server.address, kept=dict(values)) for server in (ours, peer))
        found = compare.run(cases, *sides)
    unexplained = [difference for difference in found if not any(entry.covers(difference) for entry in ALLOWED)]
    failing = [difference for difference in unexplained if difference.kind != "wording"]
    wording = [difference for difference in unexplained if difference.kind == "wording"]
    stale = [
        entry
        for entry in ALLOWED
        if entry.file == file.name and not any(entry.covers(difference) for difference in found)
    ]
    compared = sum(case.compared for case in cases)
    differing = {difference.case.line for difference in failing}
    assert not failing, "\n".join(
        [
            f"{len(differing)} of {compared} answers differ:",
            *map(str, failing),
            f"and {len(wording)} errors are worded differently:",
            *map(str, wording),
        ]
    )
    assert not stale, f"no longer different, so remove from allowed.toml: {stale}"


def test_reference_is_deterministic_enough(tmp_path: Path) -> None:
    """Two reference servers agree with each other: a difference in the other tests is then ours, not chance."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    file = HERE / "tokens.txt"
    with (
        start_peer(tmp_path / "a", dev_config=PEER_SETTINGS) as one,
        start_peer(tmp_path / "b", dev_config=PEER_SETTINGS) as other,
    ):
        found = compare.run(
            compare.parse(file.name, file.read_text()), compare.Side(one.address), compare.Side(other.address)
        )
    assert not found, "\n".join(map(str, found))
