"""When an entity counts as unused."""

from __future__ import annotations

import pytest

from strongroom.services.identity import EntityRecord
from strongroom.services.identity.clearing import DAY_S, is_unseen

NOW = 1000.0 * DAY_S


@pytest.mark.parametrize("name", ["created_at", "last_login_at", "seen_at"])
def test_each_sign_of_life_counts(name: str) -> None:
    """Each time keeps the entity for `unseen_for` and the day that it may be old; not a second longer."""
    for age_s, unseen in ((31 * DAY_S - 1, False), (31 * DAY_S, True)):
        times = {"created_at": 0.0, "updated_at": 0.0, name: NOW - age_s}
        assert is_unseen(EntityRecord(id="e", name="e", **times), 30 * DAY_S, NOW) is unseen  # type: ignore[arg-type]


def test_a_token_that_may_be_alive_counts() -> None:
    """However long ago the entity was seen."""
    for until, unseen in ((NOW + 1, False), (NOW, True)):
        entity = EntityRecord(id="e", name="e", created_at=0.0, updated_at=0.0, tokens_until=until)
        assert is_unseen(entity, DAY_S, NOW) is unseen
