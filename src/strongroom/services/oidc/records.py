"""Rows of the OIDC service."""

from __future__ import annotations

from strongroom.barrier.barrier import SecretRecord
from strongroom.barrier.record import Record
from strongroom.services.withdrawals.matching import Facts

CONFIDENTIAL = "confidential"
PUBLIC = "public"
DAY_S = 24 * 3600


class OidcConfig(Record, frozen=True, tag="oidc-config"):
    """Settings of a namespace's identity tokens."""

    issuer: str = ""
    """Scheme, host and port; empty for the address of the cluster."""


class OidcKey(Record, frozen=True, tag="oidc-key"):
    """A named key: its settings, and which pairs of keys it has now."""

    name: str
    algorithm: str = "RS256"
    allowed_client_ids: tuple[str, ...] = ()
    rotation_period_s: int = DAY_S
    verification_ttl_s: int = DAY_S
    kid: str = ""
    """The pair that signs; empty while nothing has needed one."""
    next_kid: str = ""
    """The pair that signs after the next rotation.  It is published already."""
    next_rotation_at: float = 0.0

    def allows(self, client_id: str) -> bool:
        """Whether tokens for a client may be signed by this key."""
        return "*" in self.allowed_client_ids or client_id in self.allowed_client_ids


class OidcPrivateKey(SecretRecord, frozen=True, tag="oidc-private-key"):
    """The private half of a pair, as PEM.  The row goes when the pair stops signing."""

    pem: bytes
    algorithm: str


class OidcPublicKey(Record, frozen=True, tag="oidc-public-key"):
    """The public half of a pair."""

    key: str
    """Name of its key."""
    jwk: dict[str, str]
    expires_at: float = 0.0
    """When signatures stop to verify; 0 for a pair that signs or will."""


class OidcReference(Record, frozen=True, tag="oidc-reference"):
    """Says that one object refers to another.  Both are in the row's key."""


class OidcRole(Record, frozen=True, tag="oidc-role"):
    """A kind of identity tokens."""

    name: str
    key: str
    client_id: str
    template: str = ""
    ttl_s: int = DAY_S


class OidcScope(Record, frozen=True, tag="oidc-scope"):
    """A scope that providers can support."""

    template: str = ""
    description: str = ""


class OidcAssignment(Record, frozen=True, tag="oidc-assignment"):
    """Entities and groups that may use a client."""

    entity_ids: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()


class OidcClient(SecretRecord, frozen=True, tag="oidc-client"):
    """An application that logs people in."""

    name: str
    client_id: str
    client_secret: str = ""
    """Empty for a public client."""
    client_type: str = CONFIDENTIAL
    key: str = "default"
    redirect_uris: tuple[str, ...] = ()
    assignments: tuple[str, ...] = ()
    id_token_ttl_s: int = DAY_S
    access_token_ttl_s: int = DAY_S
    authorization_code: bool = True
    client_credentials: bool = False


class OidcClientName(Record, frozen=True, tag="oidc-client-name"):
    """Leads from a client's id to its name."""

    name: str


class OidcProvider(Record, frozen=True, tag="oidc-provider"):
    """A set of endpoints for clients."""

    name: str
    issuer: str = ""
    """Scheme, host and port; empty for the address of the cluster."""
    allowed_client_ids: tuple[str, ...] = ()
    scopes_supported: tuple[str, ...] = ()

    def allows(self, client_id: str) -> bool:
        """Whether a client may use this provider."""
        return "*" in self.allowed_client_ids or client_id in self.allowed_client_ids


class OidcCode(SecretRecord, frozen=True, tag="oidc-code"):
    """An authorization code.  Its row's key is its digest."""

    provider: str
    client_id: str
    entity_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    expires_at: float
    nonce: str = ""
    auth_time: int = 0
    """When the person logged in, in seconds since the epoch; 0 if the client didn't ask."""
    challenge: str = ""
    challenge_method: str = ""
    line: tuple[Facts, ...] = ()
    """To whom it was issued."""
