"""What the listing of issuers shows.

Anybody may ask for it without a token, and a mount may have thousands: it is kept until a row of an issuer changes.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from strongroom.engines.pki.issuers.rows import ISSUERS, config_of, issuer_of
from strongroom.sdk import View

_BETWEEN_PAUSES: Final = 100


async def of(view: View) -> dict[str, dict[str, Any]]:
    """What is shown of each issuer, by its id, in the order of ids."""
    return await view.derived("pki-issuers-listed", _listed)


async def _listed(view: View) -> dict[str, dict[str, Any]]:
    default = (await config_of(view)).default
    found: dict[str, dict[str, Any]] = {}
    for count, id_ in enumerate(await view.list(ISSUERS), 1):
        issuer = await issuer_of(view, id_)
        if issuer is not None:
            found[id_] = {
                "is_default": id_ == default,
                "issuer_name": issuer.name,
                "key_id": issuer.key_id,
                "serial_number": issuer.serial,
            }
        if count % _BETWEEN_PAUSES == 0:
            await asyncio.sleep(0)
    return found
