"""Rows of issuers.

================================  ==================  =============================================================
below the mount                   record              what
================================  ==================  =============================================================
`issuer/<id>`                     `IssuerRecord`      a certificate of an authority, and how it is used
`issuer-name/<name>`              `IssuerName`        the id of the issuer of that name
`issuer-certificate/<digest>`     `IssuerName`        the id of the issuer with that certificate
`issuer-subject/<digest>/<id>`    `IssuerEntry`       the issuers of that subject, for who looks for those above
`issuer-key/<digest>/<id>`        `IssuerEntry`       the issuers with that public key
`config/issuers`                  `IssuersConfig`     which one is the default
`config/urls`                     `Urls`              what issuers say that have no URLs of their own
`config/cluster`                  `ClusterConfig`     where this mount is reached
================================  ==================  =============================================================

Digests are SHA-256 of the DER, in hexadecimal.  No chain is stored: it follows from these rows (`chains`).
"""

from __future__ import annotations

from strongroom.sdk import Part, Record

READ_ONLY = "read-only"
ISSUING = "issuing-certificates"
CRL_SIGNING = "crl-signing"
OCSP_SIGNING = "ocsp-signing"
USAGES = (READ_ONLY, ISSUING, CRL_SIGNING, OCSP_SIGNING)


class UrlsPart(Part, frozen=True):
    """Where relying parties find the issuer's certificate, responders and lists."""

    issuing_certificates: tuple[str, ...] = ()
    crl_distribution_points: tuple[str, ...] = ()
    delta_crl_distribution_points: tuple[str, ...] = ()
    ocsp_servers: tuple[str, ...] = ()
    enable_templating: bool = False

    def __bool__(self) -> bool:
        return bool(
            self.issuing_certificates
            or self.crl_distribution_points
            or self.delta_crl_distribution_points
            or self.ocsp_servers
        )


class IssuerRecord(Record, frozen=True, tag="pki-issuer"):
    """A certificate of an authority.  Times in seconds since the epoch."""

    id: str
    certificate: bytes
    """In DER."""
    serial: str
    """As in answers: lower-case bytes with colons."""
    key_id: str = ""
    """Empty if the mount doesn't have its key."""
    name: str = ""
    manual_chain: tuple[str, ...] = ()
    """Ids of issuers from this one upwards, itself first; empty for what follows from the certificates."""
    leaf_not_after_behavior: str = "err"
    usage: tuple[str, ...] = USAGES
    revocation_signature_algorithm: str = ""
    """As Go calls it; empty for what goes with the key."""
    urls: UrlsPart = UrlsPart()
    revoked_at: float = 0.0
    not_after: float = 0.0
    disable_name_constraint_checks: bool = False
    """Whether certificates are issued that break the name constraints of its certificate, or of one above."""


class IssuerName(Record, frozen=True, tag="pki-issuer-name"):
    """The name of an issuer."""

    id: str


class IssuerEntry(Record, frozen=True, tag="pki-issuer-entry"):
    """An entry of an index, whose key says all."""


class IssuersConfig(Record, frozen=True, tag="pki-issuers-config"):
    """Settings about all issuers of a mount."""

    default: str = ""
    """The id of an issuer; empty for none."""
    default_follows_latest_issuer: bool = False


class Urls(Record, frozen=True, tag="pki-urls"):
    """What issuers say that have no URLs of their own."""

    urls: UrlsPart = UrlsPart()


class ClusterConfig(Record, frozen=True, tag="pki-cluster-config"):
    """Where this mount is reached from outside: URLs."""

    path: str = ""
    aia_path: str = ""
