"""SLH-DSA keys are made in another process."""

from __future__ import annotations

import pytest

from strongroom.crypto.post_quantum import SLH_DSA_PARAMETER_SETS, has_slh_dsa
from strongroom.crypto.post_quantum.slh_dsa_process import generate_apart
from strongroom.lib.errors import Internal

with_package = pytest.mark.skipif(not has_slh_dsa(), reason="the package pqcrypto isn't installed")


@with_package
@pytest.mark.parametrize("parameter_set", [name for name in SLH_DSA_PARAMETER_SETS if name.endswith("f")])
def test_each_call_makes_another_pair(parameter_set: str) -> None:
    """The pair has the parameter set that was asked for, and no other call makes it again."""
    first, second = generate_apart(parameter_set), generate_apart(parameter_set)
    assert first.parameter_set == second.parameter_set == parameter_set
    assert first.raw_private
    assert first.raw_private != second.raw_private


@with_package
def test_a_process_that_fails_is_our_error() -> None:
    """What the process complained about is for the log alone."""
    with pytest.raises(Internal) as caught:
        generate_apart("slh-dsa-sha2-999f")
    assert caught.value.text == ""
    assert "the parameter sets of SLH-DSA are" in caught.value.detail
