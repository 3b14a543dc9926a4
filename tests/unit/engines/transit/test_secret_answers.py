"""What the audit log never shows in clear of a transit mount's answers."""

from __future__ import annotations

from strongroom.engines.transit import Transit


def test_every_field_that_may_hold_a_secret_is_named() -> None:
    """Plaintexts, alone, in batches and in sets of data keys; exported keys, backups, shared secrets, random bytes."""
    secrets = {"plaintext", "batch_results", "key_pairs", "keys", "backup", "shared_secret", "random_bytes"}
    assert secrets <= Transit.secret_answers
