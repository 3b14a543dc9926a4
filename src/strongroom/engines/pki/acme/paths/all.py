"""All paths of the ACME server."""

from __future__ import annotations

from typing import Final

from strongroom.engines.pki.acme import nonces
from strongroom.engines.pki.acme.paths.accounts import AccountPaths
from strongroom.engines.pki.acme.paths.authorizations import AuthorizationPaths
from strongroom.engines.pki.acme.paths.bindings import BindingPaths
from strongroom.engines.pki.acme.paths.configuration import ConfigurationPaths
from strongroom.engines.pki.acme.paths.directory import DirectoryPaths
from strongroom.engines.pki.acme.paths.management import ManagementPaths
from strongroom.engines.pki.acme.paths.orders import OrderPaths
from strongroom.sdk import Request

HEADERS: Final = frozenset({"content-type"})
"""Header fields of requests that the ACME server judges."""


class AcmePaths(
    DirectoryPaths, AccountPaths, OrderPaths, AuthorizationPaths, BindingPaths, ManagementPaths, ConfigurationPaths
):
    """The ACME server of a mount."""


async def acme_due(request: Request, name: str) -> bool:
    """Do scheduled work of the ACME server.  Returns whether it was such."""
    if not name.startswith(nonces.SWEEP):
        return False
    await nonces.sweep(request, name.removeprefix(nonces.SWEEP))
    return True
