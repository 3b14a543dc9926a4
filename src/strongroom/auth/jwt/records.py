"""Rows of the jwt and oidc auth methods: `config`, `role/<name>`, `login/<digest of the state>`, `from/<digest>`."""

from __future__ import annotations

from typing import Any, ClassVar

from strongroom.sdk import Auth, Part, Record, SecretRecord
from strongroom.sdk.token_settings import TokenSettings


class JwksPair(Part, frozen=True):
    """One key set of several."""

    jwks_url: str
    jwks_ca_pem: str = ""
    bound_issuer: str = ""
    """The only issuer whose tokens these keys prove; empty for all that no other set is bound to."""


class Config(SecretRecord, frozen=True, tag="jwt-config"):
    """Whose tokens are accepted.  One of the sources of keys is set."""

    limit_bytes: ClassVar[int] = 256 * 1024

    bound_issuer: str = ""
    default_role: str = ""
    jwks_ca_pem: str = ""
    jwks_pairs: tuple[JwksPair, ...] = ()
    jwks_url: str = ""
    jwt_supported_algs: tuple[str, ...] = ()
    jwt_validation_pubkeys: tuple[str, ...] = ()
    namespace_in_state: bool = True
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_discovery_ca_pem: str = ""
    oidc_discovery_url: str = ""
    oidc_response_mode: str = ""
    oidc_response_types: tuple[str, ...] = ()
    override_allowed_server_names: tuple[str, ...] = ()
    provider_config: dict[str, Any] = {}
    revision: str = ""
    """Another one with each write, so that nothing of an earlier configuration is taken for this one's."""
    unsupported_critical_cert_extensions: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Config(…)"

    @property
    def trusts_own_cluster(self) -> bool:
        """Whether the keys are those of the cluster that this server runs in."""
        return self.provider_config.get("provider") == "kubernetes"

    @property
    def has_login_page(self) -> bool:
        """Whether people may log in at the provider with a browser."""
        return bool(self.oidc_discovery_url and self.oidc_client_id)


class Role(Record, frozen=True, tag="jwt-role"):
    """What a token has to say, and what it is worth.  None stands for what was never given."""

    limit_bytes: ClassVar[int] = 128 * 1024

    allowed_redirect_uris: tuple[str, ...] | None = None
    bound_audiences: tuple[str, ...] | None = None
    bound_claims: dict[str, Any] | None = None
    bound_claims_type: str = "string"
    bound_subject: str = ""
    callback_mode: str = "client"
    claim_mappings: dict[str, str] | None = None
    clock_skew_leeway_s: int = 0
    expiration_leeway_s: int = 0
    groups_claim: str = ""
    groups_claim_optional: bool = False
    max_age_s: int = 0
    not_before_leeway_s: int = 0
    oauth2_metadata: tuple[str, ...] | None = None
    oidc_disable_confirmation: bool = False
    oidc_scopes: tuple[str, ...] | None = None
    poll_interval_s: int = 0
    require_group_match: bool = False
    role_type: str = "oidc"
    token: TokenSettings = TokenSettings()
    token_policies_template_claims: bool = False
    user_claim: str = ""
    user_claim_json_pointer: bool = False
    verbose_oidc_logging: bool = False


class Granted(Part, frozen=True):
    """What a login got that its client hasn't fetched yet."""

    alias: str
    token: TokenSettings
    metadata: dict[str, str] = {}
    alias_metadata: dict[str, str] = {}
    group_aliases: tuple[str, ...] | None = None
    group_required: bool = False
    internal: dict[str, str] = {}

    def __repr__(self) -> str:
        return "Granted(…)"

    @classmethod
    def of(cls, auth: Auth) -> Granted:
        """What is kept of a login."""
        return cls(
            alias=auth.alias,
            token=auth.token,
            metadata=auth.metadata,
            alias_metadata=auth.alias_metadata,
            group_aliases=auth.group_aliases,
            group_required=auth.group_required,
            internal=auth.internal,
        )

    def login(self) -> Auth:
        """The login that it was."""
        return Auth(
            display_name=self.alias,
            alias=self.alias,
            token=self.token,
            metadata=self.metadata,
            alias_metadata=self.alias_metadata,
            group_aliases=self.group_aliases,
            group_required=self.group_required,
            internal=self.internal,
        )


class PendingLogin(SecretRecord, frozen=True, tag="jwt-login"):
    """A login between its begin here and its end, which a browser brings from the provider."""

    limit_bytes: ClassVar[int] = 256 * 1024

    role: str
    revision: str
    """Of the configuration that it began under."""
    began_at: float
    expires_at: float
    address: str = ""
    """Of the client that began it."""
    client_nonce: str = ""
    code: str = ""
    code_verifier: str = ""
    confirmation: str = ""
    """What the page sends back or hands on that only the browser with the provider's answer has seen."""
    device_code: str = ""
    failure: str = ""
    """Why it failed, which the waiting client is told."""
    granted: Granted | None = None
    id_token: str = ""
    interval_s: int = 0
    """The least time between two questions of the client."""
    nonce: str = ""
    polled_at: float = 0.0
    redirect_uri: str = ""

    def __repr__(self) -> str:
        return "PendingLogin(…)"

    @property
    def is_posted(self) -> bool:
        """Whether the provider's answer has been posted here, and waits."""
        return bool(self.code or self.id_token)


class Begun(Record, frozen=True, tag="jwt-begun"):
    """How many logins somebody has begun lately: one address, or one network of IPv6."""

    until: float
    """When the count begins anew, in seconds since the epoch."""
    count: int = 0
