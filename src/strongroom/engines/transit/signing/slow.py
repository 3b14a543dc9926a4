"""Signatures that take so long that another process makes them: SLH-DSA.

The request's transaction ends, and begins again when they are made.
"""

from __future__ import annotations

from typing import Any, Final

from strongroom.crypto.post_quantum import SlhDsaKey
from strongroom.crypto.post_quantum.slh_dsa_process import sign_apart
from strongroom.engines.transit import batches
from strongroom.engines.transit.signing.inputs import data_of, input_of
from strongroom.engines.transit.signing.signer import Signer
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.generation import Generation
from strongroom.sdk import Request

MOST_ITEMS: Final = 32
"""What one request may have signed: each item can take two seconds of a processor."""
_PROCESSES = Generation(what="signatures")


def is_slow(signer: Signer) -> bool:
    """Whether the version's signatures take long."""
    return isinstance(signer.version.cryptor, SlhDsaKey)


async def signed_slowly(request: Request, signer: Signer, items: list[Any]) -> list[batches.Item]:
    """The results of items, in their order.

    Raises: `InvalidRequest` for more items than one request may have, `RateLimited` if too many requests wait.
    """
    if len(items) > MOST_ITEMS:
        raise InvalidRequest(f"one request signs at most {MOST_ITEMS} items with a key of type {signer.key.type}")

    async def read(item: dict[str, Any]) -> dict[str, Any]:
        return {"message": data_of(input_of(item))}

    done = await batches.each(items, read)
    messages = [item.answer["message"] for item in done if item.error is None]
    key, context = signer.version.cryptor, signer.scheme.context
    signatures = iter(
        request.once.outside(
            f"signatures {signer.key.id} {signer.version.number}",
            lambda: _PROCESSES.make(lambda: sign_apart(key, messages, context)),
        )
        if messages
        else ()
    )
    return [batches.Item(signer.shown(next(signatures))) if item.error is None else item for item in done]
