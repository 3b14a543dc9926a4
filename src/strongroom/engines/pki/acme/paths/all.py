"""All paths of the ACME server."""

from __future__ import annotations

from typing import Final

from strongroom.engines.pki.acme.paths.accounts import AccountPaths
from strongroom.engines.pki.acme.paths.authorizations import AuthorizationPaths
from strongroom.engines.pki.acme.paths.bindings import BindingPaths
from strongroom.engines.pki.acme.paths.configuration import AcmeConfigurationPaths
from strongroom.engines.pki.acme.paths.directory import DirectoryPaths
from strongroom.engines.pki.acme.paths.management import AcmeManagementPaths
from strongroom.engines.pki.acme.paths.orders import OrderPaths

HEADERS: Final = frozenset({"content-type"})
"""Header fields of requests that the ACME server judges."""


class AcmePaths(
    DirectoryPaths,
    AccountPaths,
    OrderPaths,
    AuthorizationPaths,
    BindingPaths,
    AcmeManagementPaths,
    AcmeConfigurationPaths,
):
    """The ACME server of a mount."""
