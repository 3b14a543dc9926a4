"""`timeout` of the storage stanza: how long a store may take to answer."""

from __future__ import annotations

import pytest

from strongroom.server.stores import StoreError, timeout_s
from strongroom.storage.patience import PATIENCE_S


@pytest.mark.parametrize(("text", "seconds"), [("", PATIENCE_S), ("3", 3.0), ("1500ms", 1.5), ("1m", 60.0)])
def test_a_time_is_taken(text: str, seconds: float) -> None:
    """In any form of a duration; without one it is some seconds."""
    assert timeout_s("sqlite", {"timeout": text} if text else {}) == seconds


@pytest.mark.parametrize("text", ["soon", "0", "-5s", "999ms", "61s", "1h"])
def test_a_time_that_would_not_do_is_refused(text: str) -> None:
    """What is no duration, takes a busy store for one that hangs, or lets everybody wait for a minute."""
    with pytest.raises(StoreError, match="timeout"):
        timeout_s("postgresql", {"timeout": text})
