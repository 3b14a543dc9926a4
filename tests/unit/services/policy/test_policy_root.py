"""What the root policy grants."""

from __future__ import annotations

import pytest

from strongroom.services.policy.acl import Acl
from strongroom.services.policy.parse import CAPABILITIES


@pytest.mark.parametrize("path", ["", "secret/a", "sys/raw/x", "auth/token/create"])
def test_root_has_every_capability_and_denies_nothing(path: str) -> None:
    """On every path: each bit that can be granted, sudo with it, and not the one that refuses."""
    decision = Acl([], 0.0, root=True).decide(path, "update")
    granted = {name for name, bit in CAPABILITIES.items() if decision.capabilities & bit}
    assert granted == CAPABILITIES.keys() - {"deny"}
    assert decision.capabilities == sum(bit for name, bit in CAPABILITIES.items() if name != "deny")
    assert (decision.allowed, decision.sudo, decision.root, decision.denied) == (True, True, True, False)
    assert (decision.policies, decision.constraints) == (("root",), None)
