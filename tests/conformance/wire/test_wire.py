"""Every case file, sent to our server and to the reference server in step.

The wording of an error is shown but doesn't fail a test: clients tell errors apart by status.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conformance.servers import start_ours, start_peer
from tests.conformance.wire import allowed, compare
from tests.conformance.wire.surroundings import around

HERE = Path(__file__).parent
FILES = [file for file in sorted(HERE.glob("*.txt")) if " cert=" not in file.read_text()]
"""All but those that show client certificates, which `tests/conformance/auth` sends by TLS."""
ALLOWED = allowed.read(HERE / "allowed.toml")
AGAIN = int(os.environ.get("STRONGROOM_TEST_AGAIN", "0"))
"""How often both servers are asked each read again: from the third time on, ours may give a kept answer."""
SETTINGS = {"sys_insides": "raw_storage_endpoint = true\nintrospection_endpoint = true\n"}
"""What both servers are configured with, by the name of the case file."""
PEER_SETTINGS = "unsafe_allow_api_audit_creation = true\n"
"""The reference server lets clients make audit devices only if its configuration says so."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_answers_agree(file: Path, tmp_path: Path) -> None:
    """Both servers, freshly started, give the same status and body to every request of the file."""
    cases = compare.parse(file.name, file.read_text())
    settings = SETTINGS.get(file.stem, "")
    with (
        around(file, tmp_path) as known,
        start_ours(tmp_path, dev_config=settings) as ours,
        start_peer(tmp_path, dev_config=settings + PEER_SETTINGS) as peer,
    ):
        sides = [compare.Side(each.address, kept=dict(known), again=AGAIN) for each in (ours, peer)]
        found = compare.run(cases, *sides)
    judge(file.name, cases, found)


def judge(file: str, cases: list[compare.Case], found: list[compare.Difference]) -> None:
    """Fail for differences that no entry of `allowed.toml` explains, and for entries that explain none."""
    unexplained = [difference for difference in found if not any(entry.covers(difference) for entry in ALLOWED)]
    failing = [difference for difference in unexplained if difference.kind != "wording"]
    wording = [difference for difference in unexplained if difference.kind == "wording"]
    stale = [
        entry
        for entry in ALLOWED
        if entry.file == file and not entry.by_chance and not any(entry.covers(difference) for difference in found)
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
