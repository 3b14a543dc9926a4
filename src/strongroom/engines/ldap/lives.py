"""What is kept of secrets that are out, so that each can be ended whatever becomes of the configuration."""

from __future__ import annotations

from strongroom.engines.ldap.records import LIVE, RETIRED, LdapConfig
from strongroom.sdk import View


async def ended(view: View, key: str) -> None:
    """Forget a secret, and with the last one a configuration that was deleted.

    Args:
        key: of its row.
    """
    view.delete(key)
    if await view.read(RETIRED, LdapConfig) is None:
        return  # the usual case, without reading what others write at the same time
    others = await view.list(LIVE, limit=2)
    if not [name for name in others if LIVE + name != key]:
        view.delete(RETIRED)
