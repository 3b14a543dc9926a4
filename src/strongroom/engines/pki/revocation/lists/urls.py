"""Where the deltas of an issuer's lists are found."""

from __future__ import annotations

from strongroom.engines.pki.issuers.records import IssuerRecord
from strongroom.engines.pki.issuers.urls import access_of
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View


async def delta_urls(view: View, issuer: IssuerRecord) -> tuple[str, ...]:
    """The URLs that complete lists name for their delta.

    A template that can't be filled in keeps certificates from being issued.  It must not keep a list from being made.
    """
    try:
        return (await access_of(view, issuer)).delta_crl_distribution_points
    except InvalidRequest:
        return ()
