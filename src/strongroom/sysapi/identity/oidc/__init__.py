"""`identity/oidc/`: identity tokens, and the provider of OpenID Connect."""

from strongroom.sysapi.identity.oidc.paths import OidcPaths

__all__ = ["OidcPaths"]
