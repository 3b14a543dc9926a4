"""What `meta.json` may say: what is read from it is stored and shown."""

from __future__ import annotations

import json

import pytest

from strongroom.barrier import restored
from strongroom.barrier.restored import Restored
from strongroom.snapshot.meta import Origin, decoded, encoded
from strongroom.snapshot.stored import Damaged

ORIGIN = Origin(version="1.2.3", created_at=1e9, storage="sqlite", revision=7, commit="0f" * 16, rows=3)


def test_what_is_written_is_read() -> None:
    """A file as this release writes it."""
    assert decoded(encoded(ORIGIN, 12)).Strongroom == ORIGIN


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("commit", "ab" * 2500),
        ("commit", "\x1b[31m"),
        ("commit", "0f" * 16 + "\n"),
        ("revision", -5),
        ("revision", 2**70),
        ("rows", -1),
        ("created_at", 1e300),
        ("created_at", -1.0),
        ("cluster_name", "x" * 257),
        ("storage", "x" * 257),
        ("seals", [{"name": "x" * 257, "type": "shamir"}]),
    ],
)
def test_what_no_server_says_is_damage(field: str, value: object) -> None:
    """Values without bounds would be stored in the row of a restore, which has to be read again, or shown."""
    content = json.loads(encoded(ORIGIN, 12))
    content["Strongroom"][field] = value
    with pytest.raises(Damaged):
        decoded(json.dumps(content).encode())


def test_the_row_of_a_restore_can_be_read_whatever_it_is_of() -> None:
    """The longest values that a snapshot may have."""
    origin = decoded(
        encoded(
            Origin(version="v", created_at=253_402_300_799, storage="s", revision=2**63 - 1, commit="f" * 64, rows=9), 1
        )
    ).Strongroom
    made = Restored(at=2e11, frozen=True, taken_at=origin.created_at, revision=origin.revision, commit=origin.commit)
    assert restored.decoded(restored.encoded(made)) == made
