"""The form in which a user or role keeps its token settings."""

from __future__ import annotations

import pytest

from strongroom.sdk.token_fields import OldTokenFields, merged
from strongroom.sdk.token_settings import TokenSettings


@pytest.mark.parametrize(
    "fields",
    [
        OldTokenFields(token_policies=["b", "a"], token_bound_cidrs=["192.0.2.7/32"]),
        OldTokenFields(policies=["a", "b"], bound_cidrs=["192.0.2.7"]),
    ],
)
def test_lists_are_kept_as_they_cannot_be_changed(fields: OldTokenFields) -> None:
    """As tuples, by whichever name they came: a record is the same before it was stored and after."""
    kept = merged(TokenSettings(), fields)
    assert set(kept.policies) == {"a", "b"}
    assert isinstance(kept.policies, tuple)
    assert kept.bound_cidrs == ("192.0.2.7",)
