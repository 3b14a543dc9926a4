"""Identity tokens, and logins of applications by OpenID Connect."""

from strongroom.services.oidc.records import (
    OidcAssignment,
    OidcClient,
    OidcClientName,
    OidcCode,
    OidcConfig,
    OidcKey,
    OidcProvider,
    OidcRole,
    OidcScope,
)
from strongroom.services.oidc.service import ALLOW_ALL, DEFAULT_PROVIDER, OPENID, OidcService

__all__ = [
    "ALLOW_ALL",
    "DEFAULT_PROVIDER",
    "OPENID",
    "OidcAssignment",
    "OidcClient",
    "OidcClientName",
    "OidcCode",
    "OidcConfig",
    "OidcKey",
    "OidcProvider",
    "OidcRole",
    "OidcScope",
    "OidcService",
]
