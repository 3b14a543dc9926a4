"""Rows of the ACME server.

=========================================  ===============  =========================================================
below `acme/` of the mount                 record           what
=========================================  ===============  =========================================================
`config`                                   `AcmeConfig`     settings of the mount
`nonce-key`                                `NonceKey`       authenticates nonces
`used/<minute>/<nonce>`                    `Mark`           a nonce that was used, until it would have expired
`sweep/<minute>`                           `Mark`           the clearing of a minute is scheduled
`account/<id>`                             `Account`        an account, with its public key
`account-key/<directory>/<thumbprint>`     `AccountOfKey`   finds the account of a key, in each directory
`eab/<id>`                                 `BindingKey`     a key for binding one account
`order/<account>/<id>`                     `Order`          an order
`authz/<account>/<id>`                     `Authorization`  one identifier of an order, with its challenges
`proved/<account>/<digest>`                `Proved`         until when an account has proved an identifier
`issued/<serial>`                          `IssuedTo`       the order that a certificate was issued for
`window/<digest>`                          `Window`         how much one account or address has made lately
`totals`                                   `Totals`         the number of accounts
`by-time/<time>/<kind>/…`                  `Mark`           when a row is looked at by tidy
=========================================  ===============  =========================================================

Orders and authorizations lie below their account, so no account can reach those of another one.
"""

from __future__ import annotations

from typing import Any, ClassVar

from strongroom.sdk import Part, Record, SecretRecord


class AcmeConfig(Record, frozen=True, tag="pki-acme-config"):
    """Settings of the ACME server of a mount."""

    enabled: bool = False
    allowed_issuers: tuple[str, ...] = ("*",)
    allowed_roles: tuple[str, ...] = ("*",)
    allow_role_ext_key_usage: bool = False
    default_directory_policy: str = "sign-verbatim"
    dns_resolver: str = ""
    """Address and port; empty for the resolver of the operating system."""
    eab_policy: str = "not-required"
    max_ttl_s: int = 90 * 86_400
    challenge_permitted_ip_ranges: tuple[str, ...] = ()
    """Empty for every range that isn't excluded."""
    challenge_excluded_ip_ranges: tuple[str, ...] = ()


class NonceKey(SecretRecord, frozen=True, tag="pki-acme-nonce-key"):
    """The key that authenticates nonces."""

    key: bytes

    def __repr__(self) -> str:
        return "NonceKey(…)"


class Mark(Record, frozen=True, tag="pki-acme-mark"):
    """A row whose name says everything."""


class Account(Record, frozen=True, tag="pki-acme-account"):
    """An account.  Times in seconds since the epoch."""

    directory: str
    """The directory that it belongs to, below the mount: `roles/web/acme`."""
    thumbprint: str
    jwk: dict[str, str]
    created_at: float
    status: str = "valid"
    contact: tuple[str, ...] = ()
    terms_of_service_agreed: bool = False
    eab_key_id: str = ""
    eab_created_at: float = 0.0
    allowed_identifiers: tuple[str, ...] = ()
    """The names that the account's binding key allows; empty for all."""
    revoked_at: float = 0.0
    """When it was deactivated or disabled."""


class AccountOfKey(Record, frozen=True, tag="pki-acme-account-of-key"):
    """Which account has a key."""

    account: str


class BindingKey(SecretRecord, frozen=True, tag="pki-acme-eab"):
    """A key for the external binding of one account."""

    key: bytes
    directory: str
    created_at: float
    allowed_identifiers: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "BindingKey(…)"


class Identifier(Part, frozen=True):
    """A name or an address that a certificate is wanted for."""

    type: str
    """`dns` or `ip`."""
    value: str
    """In its canonical form.  That of a wildcard begins with `*.`."""

    @property
    def is_wildcard(self) -> bool:
        """Whether it stands for every name one label below."""
        return self.value.startswith("*.")

    @property
    def base(self) -> str:
        """The name that has to be proved."""
        return self.value.removeprefix("*.")

    @property
    def pair(self) -> tuple[str, str]:
        """What identifiers are compared by."""
        return self.type, self.value

    def shown(self) -> dict[str, str]:
        """As the client sees it."""
        return {"type": self.type, "value": self.value}


class Order(Record, frozen=True, tag="pki-acme-order"):
    """An order."""

    limit_bytes: ClassVar[int] = 256 * 1024

    account: str
    directory: str
    identifiers: tuple[Identifier, ...]
    authorizations: tuple[str, ...]
    created_at: float
    expires_at: float
    status: str = "pending"
    """`pending` until it is `valid` or `invalid`; what it is meanwhile, `orders.standing` tells."""
    not_after: float = 0.0
    serial: str = ""
    """In hexadecimal pairs with colons."""
    certificate_begins_at: float = 0.0
    certificate_expires_at: float = 0.0
    chain: str = ""
    """The certificate and its chain in PEM."""
    replaces: str = ""


class Challenge(Part, frozen=True):
    """A way to prove an identifier."""

    type: str
    token: str
    status: str = "pending"
    attempts: int = 0
    next_at: float = 0.0
    """Until when no further attempt is made: one is under way, or failed just now."""
    validated_at: float = 0.0
    error: dict[str, Any] = {}


class Authorization(Record, frozen=True, tag="pki-acme-authorization"):
    """An identifier that an account has to prove for an order."""

    account: str
    directory: str
    identifier: Identifier
    """Without the `*.` of a wildcard."""
    expires_at: float
    challenges: tuple[Challenge, ...]
    wildcard: bool = False
    status: str = "pending"


class Proved(Record, frozen=True, tag="pki-acme-proved"):
    """Until when an account counts as having proved an identifier."""

    expires_at: float


class IssuedTo(Record, frozen=True, tag="pki-acme-issued"):
    """For whom a certificate was issued."""

    account: str
    order: str
    directory: str
    renewal_id: str = ""
    """By which clients ask about renewal."""
    replaced_by: str = ""
    """The order that replaces the certificate."""


class Window(Record, frozen=True, tag="pki-acme-window"):
    """What was made since a time, of what is limited."""

    began_at: float
    orders: int = 0
    authorizations: int = 0
    accounts: int = 0


class Totals(Record, frozen=True, tag="pki-acme-totals"):
    """What the mount has."""

    accounts: int = 0
