"""Minimum versions and trimming keep what they must."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.lifecycle.limits import trimmed, with_minimums
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import replace

_LATEST = 6
_VERSIONS = st.one_of(st.none(), st.integers(-2, _LATEST + 2))
_STEPS = st.lists(st.tuples(_VERSIONS, _VERSIONS, _VERSIONS), max_size=8)


@given(steps=_STEPS)
def test_no_order_of_changes_leaves_limits_that_contradict_each_other(
    steps: list[tuple[int | None, int | None, int | None]],
) -> None:
    """What is kept is never above what decrypts, nor that above what encrypts; all are versions that the key has.

    A change that is refused changes nothing, and trimming never goes back.
    """
    key = KeyRecord(id="id", type="aes256-gcm96", created_at=0.0, latest_version=_LATEST)
    for decryption, encryption, available in steps:
        before = key
        try:
            key, _ = with_minimums(key, decryption, encryption)
            if available is not None:
                key = trimmed(key, available)
        except InvalidRequest:
            assert key.min_available_version == before.min_available_version
        assert before.min_available_version <= key.min_available_version <= key.min_decryption_version
        assert 1 <= key.min_decryption_version <= _LATEST
        encrypts = key.min_encryption_version
        assert encrypts == 0 or key.min_decryption_version <= encrypts <= _LATEST
        assert encrypts >= key.min_available_version
        kept = {"min_available_version": 0, "min_decryption_version": 1, "min_encryption_version": 0}
        assert replace(key, **kept) == replace(before, **kept)
