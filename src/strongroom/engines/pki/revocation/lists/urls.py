"""Where the deltas of an issuer's lists are found."""

from __future__ import annotations

from strongroom.engines.pki.issuers.records import IssuerRecord, Urls
from strongroom.sdk import View

_ROW = "config/urls"


async def delta_urls(view: View, issuer: IssuerRecord) -> tuple[str, ...]:
    """The URLs that complete lists name for their delta: the issuer's own, or the mount's."""
    own = issuer.urls
    if not own:
        mount = await view.read(_ROW, Urls)
        own = mount.urls if mount is not None else own
    return () if own.enable_templating else own.delta_crl_distribution_points
