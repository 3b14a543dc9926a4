"""By what a client is known again."""

from __future__ import annotations

import pytest

from strongroom.engines.turns.clients import asker_of, owner_of
from strongroom.engines.turns.logic import Asker
from strongroom.sdk import Client, InvalidRequest


@pytest.mark.parametrize(
    ("client", "owner"),
    [
        (Client(token_key="k", entity_id="e"), "token k"),
        (Client(token_key="k"), "token k"),
        (Client(entity_id="k"), "entity k"),
        (Client(accessor="a", display_name="d"), ""),
        (None, ""),
    ],
)
def test_whose_a_turn_is(client: Client | None, owner: str) -> None:
    """Its token's; its entity's, if the token leaves no trace; a token is never taken for an entity."""
    assert owner_of(client) == owner
    if owner:
        assert asker_of(client, "h") == Asker(owner, "h")
        return
    with pytest.raises(InvalidRequest, match="this batch token has no entity"):
        asker_of(client, "h")


@pytest.mark.parametrize("holder", ["h", "x" * 128, "web 1, the first", "\U0001f512" * 128])
def test_what_a_holder_may_be_called(holder: str) -> None:
    """Whatever can be shown in a line."""
    assert asker_of(Client(token_key="k"), holder).holder == holder
