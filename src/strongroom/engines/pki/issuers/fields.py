"""Fields of requests that make certificates of authorities, or ask for them.

Source: https://openbao.org/api-docs/secret/pki/#generate-root
https://developer.hashicorp.com/vault/api-docs/secret/pki#generate-root for the constraints that OpenBao doesn't have
"""

from __future__ import annotations

from typing import Annotated

from strongroom.engines.pki.issuing.rules import AskedFields
from strongroom.sdk import CommaList, Doc, Duration

INTERNAL, EXPORTED, EXISTING, KMS = "internal", "exported", "existing", "kms"


class SubjectFields(AskedFields, frozen=True):
    """Whose certificate it will be."""

    country: Annotated[CommaList | None, Doc(description="Countries (C) of the subject.")] = None
    organization: Annotated[CommaList | None, Doc(description="Organizations (O) of the subject.")] = None
    ou: Annotated[CommaList | None, Doc(description="Organizational units (OU) of the subject.")] = None
    locality: Annotated[CommaList | None, Doc(description="Localities (L) of the subject.")] = None
    province: Annotated[CommaList | None, Doc(description="States or provinces (ST) of the subject.")] = None
    street_address: Annotated[CommaList | None, Doc(description="Street addresses of the subject.")] = None
    postal_code: Annotated[CommaList | None, Doc(description="Postal codes of the subject.")] = None
    format: Annotated[
        str,
        Doc(description="How certificates and keys are written: `pem`, `der` (in base64), or `pem_bundle` (together)."),
    ] = "pem"
    private_key_format: Annotated[
        str, Doc(description="`pkcs8` for private keys in PKCS #8; anything else for PKCS #1 and SEC 1.")
    ] = "der"


class KeyFields(SubjectFields, frozen=True):
    """Which key it will have, besides."""

    key_type: Annotated[str | None, Doc(description="The type of a new key: `rsa` (the default), `ec`, `ed25519`.")] = (
        None
    )
    key_bits: Annotated[int | None, Doc(description="The size of a new key. 0 for the default of its type.")] = None
    key_name: Annotated[str | None, Doc(description="The name of a new key in this mount.")] = None
    key_ref: Annotated[str, Doc(description="The key to use with `existing`: its id, its name, or `default`.")] = (
        "default"
    )
    external_key_ref: Annotated[str, Doc(description="Refused: keys in other hardware are not used.")] = ""
    signature_bits: Annotated[
        int, Doc(description="The bits of the hash function of RSA signatures: 256, 384 or 512. 0 for 256.")
    ] = 0
    use_pss: Annotated[bool, Doc(description="Whether RSA keys sign with PSS instead of PKCS #1 v1.5.")] = False
    not_before_duration: Annotated[
        Duration, Doc(description="How long before now the certificate is valid already.")
    ] = Duration(30)


class ConstraintFields(KeyFields, frozen=True):
    """What an authority may issue certificates for."""

    permitted_dns_domains: Annotated[
        CommaList | None,
        Doc(description="Domains that the authority may issue for; with a leading dot, only what is below."),
    ] = None
    excluded_dns_domains: Annotated[
        CommaList | None, Doc(description="Domains that the authority may not issue for.")
    ] = None
    permitted_ip_ranges: Annotated[
        CommaList | None, Doc(description="Addresses that the authority may issue for, such as `10.0.0.0/8`.")
    ] = None
    excluded_ip_ranges: Annotated[
        CommaList | None, Doc(description="Addresses that the authority may not issue for.")
    ] = None
    permitted_email_addresses: Annotated[
        CommaList | None,
        Doc(description="E-mail addresses, or hosts or domains of them, that the authority may issue for."),
    ] = None
    excluded_email_addresses: Annotated[
        CommaList | None, Doc(description="E-mail addresses that the authority may not issue for.")
    ] = None
    permitted_uri_domains: Annotated[
        CommaList | None, Doc(description="Hosts or domains of URIs that the authority may issue for.")
    ] = None
    excluded_uri_domains: Annotated[
        CommaList | None, Doc(description="Hosts or domains of URIs that the authority may not issue for.")
    ] = None


class CertificateFields(ConstraintFields, frozen=True):
    """What the certificate of an authority says."""

    max_path_length: Annotated[
        int | None, Doc(description="How many authorities may stand between this one and a leaf. -1 for any number.")
    ] = None
    key_usage: Annotated[
        CommaList | None, Doc(description="Key usages besides CertSign and CRLSign, which it always has.")
    ] = None
    ext_key_usage: Annotated[CommaList | None, Doc(description="Extended key usages, such as `ServerAuth`.")] = None
    ext_key_usage_oids: Annotated[
        CommaList | None, Doc(description="Extended key usages, by their object identifiers.")
    ] = None
