"""Rows of login MFA."""

from __future__ import annotations

from strongroom.barrier.barrier import SecretRecord
from strongroom.barrier.record import Part, Record
from strongroom.sdk.token_settings import TokenSettings

TOTP = "totp"
DUO = "duo"
OKTA = "okta"
PINGID = "pingid"
TYPES = (TOTP, DUO, OKTA, PINGID)


class TotpSettings(Part, frozen=True):
    """How the codes of a TOTP method are made.  Source: RFC 6238."""

    issuer: str
    period_s: int = 30
    key_bytes: int = 20
    qr_pixels: int = 200
    """The width of the QR code; 0 for no QR code."""
    algorithm: str = "SHA1"
    digits: int = 6
    skew: int = 1
    """How many periods before and after the present one a code is taken from."""
    max_attempts: int = 5
    """How many wrong codes in a row block an entity."""
    self_enrollment: bool = False
    """Whether an entity without a secret may get one during its login."""


class DuoSettings(Part, frozen=True):
    """An application in Duo."""

    api_hostname: str
    integration_key: str
    secret_key: str
    push_info: str = ""
    use_passcode: bool = False
    """Whether clients should ask for a passcode."""

    def __repr__(self) -> str:
        return f"DuoSettings({self.api_hostname})"


class OktaSettings(Part, frozen=True):
    """An organization in Okta."""

    org_name: str
    api_token: str
    base_url: str = ""
    primary_email: bool = False
    """Whether the user's name has to be the primary email of the account."""
    production: bool | None = None
    """The old field, which chose between two values of `base_url`; None if it wasn't given."""

    def __repr__(self) -> str:
        return f"OktaSettings({self.org_name})"


class PingIdSettings(Part, frozen=True):
    """An organization in PingID, as its settings file names it."""

    key: bytes
    token: str
    org_alias: str
    idp_url: str
    admin_url: str
    authenticator_url: str
    use_signature: bool = False

    def __repr__(self) -> str:
        return f"PingIdSettings({self.org_alias})"


class MethodRecord(SecretRecord, frozen=True, tag="mfa-method"):
    """One way to prove a second factor.  The settings of its type are set, the others aren't."""

    id: str
    namespace: str
    """Id of the namespace that it is in.  It is usable there and below.  Its secrets and tries are stored there too."""
    type: str
    """One of `TYPES`."""
    name: str = ""
    username_format: str = ""
    """How the name at the other system is made; empty for the name of the entity's alias."""
    totp: TotpSettings | None = None
    duo: DuoSettings | None = None
    okta: OktaSettings | None = None
    pingid: PingIdSettings | None = None

    def __repr__(self) -> str:
        return f"MethodRecord({self.id}, {self.type})"

    @property
    def max_attempts(self) -> int:
        """How many failures in a row block an entity."""
        return self.totp.max_attempts if self.totp is not None else TotpSettings(issuer="").max_attempts

    @property
    def period_s(self) -> int:
        """How long the first block lasts."""
        return self.totp.period_s if self.totp is not None else TotpSettings(issuer="").period_s


class MethodName(Record, frozen=True, tag="mfa-method-name"):
    """Leads from a method's name to the method."""

    method_id: str


class EnforcementRecord(Record, frozen=True, tag="mfa-enforcement"):
    """Which logins need a second factor, and which methods may prove it."""

    id: str
    name: str
    method_ids: tuple[str, ...]
    accessors: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()
    entity_ids: tuple[str, ...] = ()


class EnforcementUse(Record, frozen=True, tag="mfa-enforcement-use"):
    """Leads from a method to an enforcement that may name it.  The enforcement's own row says whether it does."""

    namespace: str
    """Id of the enforcement's namespace."""
    name: str


class TotpSecret(SecretRecord, frozen=True, tag="mfa-totp-secret"):
    """An entity's secret for one TOTP method.  It keeps the settings that it was made with."""

    key: bytes
    settings: TotpSettings
    pending_for: str = ""
    """The digest of the login that made it, until that login is complete; empty afterwards."""

    def __repr__(self) -> str:
        return "TotpSecret(…)"


class Tries(Record, frozen=True, tag="mfa-tries"):
    """What an entity has tried with one method."""

    failures: int = 0
    """Failures since the last success or block."""
    blocks: int = 0
    """Blocks since the last success."""
    blocked_until: float = 0.0
    """Seconds since the epoch."""
    last_step: int = -1
    """For TOTP: the period of the last code that counted.  Codes up to it never count again."""


class Demand(Part, frozen=True):
    """A second factor that a login has to prove: any one of some methods."""

    name: str
    """Of the enforcement."""
    method_ids: tuple[str, ...]


class PendingLogin(SecretRecord, frozen=True, tag="mfa-pending-login"):
    """A login that has proved its first factor.  There is no token yet."""

    mount: str
    """Id of the auth mount."""
    accessor: str
    """Of the auth mount."""
    path: str
    """The API path of the login."""
    entity_id: str
    created_at: float
    expires_at: float
    demands: tuple[Demand, ...]
    display_name: str = ""
    metadata: dict[str, str] = {}
    alias: str = ""
    alias_metadata: dict[str, str] = {}
    renewable: bool = True
    token: TokenSettings = TokenSettings()
    internal: dict[str, str] = {}
    group_aliases: tuple[str, ...] | None = None
    """What the auth method said of groups; None if it said nothing."""

    def __repr__(self) -> str:
        return f"PendingLogin({self.path})"
