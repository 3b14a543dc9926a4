"""What a client wants to have verified: a signature, an HMAC or a CMAC (p)."""

from __future__ import annotations

from typing import Any, Final

from strongroom.lib.errors import InvalidRequest

KINDS: Final = ("signature", "hmac", "cmac")


def kind_of(values: dict[str, Any]) -> str | None:
    """What a request or an item gives to verify; None for none of the three."""
    return next((kind for kind in KINDS if kind in values), None)


def kind_of_all(items: list[Any]) -> str:
    """What all items of a batch give.

    Items of different kinds in one batch would be judged by different keys.

    Raises: `InvalidRequest` if they differ, or some or all give nothing.
    """
    kinds = [kind_of(item) if isinstance(item, dict) else None for item in items]
    given = {kind for kind in kinds if kind is not None}
    if len(given) > 1:
        raise InvalidRequest("elements of batch_input must all provide 'signature' or all provide 'hmac'")
    if not given:
        raise InvalidRequest("no batch_input elements have 'signature' or 'hmac'")
    kind = given.pop()
    if None in kinds:
        raise InvalidRequest(f"some elements of batch_input are missing '{kind}'")
    return kind
