"""Where lists are found: what certificates say of them, and what lists say of their deltas."""

from __future__ import annotations

from strongroom.crypto.issuing.contents import Access
from strongroom.engines.pki.issuers.records import IssuerRecord
from strongroom.engines.pki.issuers.urls import access_of
from strongroom.engines.pki.revocation.config import config_of
from strongroom.engines.pki.revocation.lists.partitions import url_for
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View, replace


async def access_of_leaf(view: View, issuer: IssuerRecord, serial: int) -> Access:
    """What a new certificate says that isn't an authority's.

    With partitions it names its own list and no other: naming the list of everything too would have clients load that.
    A delta counts only with a complete list of the same scope, and those of partitions have none.
    Source: RFC 5280, section 6.3.3 (c)

    Raises: `InvalidRequest` if a template can't be filled in.
    """
    access = await access_of(view, issuer)
    own = url_for(await config_of(view), serial, issuer.id)
    return replace(access, crl_distribution_points=(own,), delta_crl_distribution_points=()) if own else access


async def delta_urls(view: View, issuer: IssuerRecord) -> tuple[str, ...]:
    """The URLs that complete lists name for their delta.

    A template that can't be filled in keeps certificates from being issued.  It must not keep a list from being made.
    """
    try:
        return (await access_of(view, issuer)).delta_crl_distribution_points
    except InvalidRequest:
        return ()
