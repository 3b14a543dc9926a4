"""Whose a turn is (p)."""

from __future__ import annotations

from strongroom.engines.turns.logic import Asker
from strongroom.engines.turns.records import HOLDER_CHARACTERS
from strongroom.sdk import Client, InvalidRequest

_NOBODY = (
    "a turn belongs to a token or an entity, and this batch token has no entity: take the turn with a service token"
)


def asker_of(client: Client | None, holder: str) -> Asker:
    """Who asks for a turn.

    Args:
        holder: what the client calls itself.

    Raises: `InvalidRequest` for a holder that can't be shown, and for a client that couldn't be known again.
    """
    if not holder:
        raise InvalidRequest('"holder" is required: it says who takes the turn, such as the name of the host')
    if len(holder) > HOLDER_CHARACTERS or not holder.isprintable():
        raise InvalidRequest(f"holder has at most {HOLDER_CHARACTERS} characters, all of them printable")
    owner = owner_of(client)
    if not owner:
        raise InvalidRequest(_NOBODY)
    return Asker(owner, holder)


def owner_of(client: Client | None) -> str:
    """By what a client is known again: its token; its entity, if the token leaves no trace; empty for neither."""
    if client is None:
        return ""
    if client.token_key:
        return f"token {client.token_key}"
    return f"entity {client.entity_id}" if client.entity_id else ""
