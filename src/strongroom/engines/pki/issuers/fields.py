"""Fields of requests that make certificates of authorities, or ask for them.

Source: https://openbao.org/api-docs/secret/pki/#generate-root
https://developer.hashicorp.com/vault/api-docs/secret/pki#generate-root for the constraints that OpenBao doesn't have
"""

from __future__ import annotations

from typing import Annotated

from strongroom.engines.pki.issuing.rules import AskedFields
from strongroom.sdk import CommaList, Doc, Duration, OneOf, Usually

INTERNAL, EXPORTED, EXISTING, KMS = "internal", "exported", "existing", "kms"

KeyType = Annotated[
    str | None,
    Doc(description="The type of a new key: `rsa` (the default), `ec` or `ed25519`."),
    OneOf("rsa", "ec", "ed25519"),
    Usually("rsa"),
]
KeyBits = Annotated[int | None, Doc(description="The size of a new key. 0 for the default of its type.")]
KeyName = Annotated[str | None, Doc(description="The name of a new key in this mount.")]
KeyRef = Annotated[str, Doc(description="The key to use with `existing`: its id, its name, or `default`.")]
ExternalKeyRef = Annotated[str, Doc(description="Refused: keys in other hardware are not used.")]
ListUrls = Annotated[CommaList | None, Doc(description="URLs of the issuer's list of revoked certificates.")]
DeltaUrls = Annotated[
    CommaList | None, Doc(description="URLs of the issuer's list of certificates revoked since the last full list.")
]
ResponderUrls = Annotated[CommaList | None, Doc(description="URLs of OCSP responders.")]


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
        OneOf("pem", "der", "pem_bundle"),
    ] = "pem"
    private_key_format: Annotated[
        str, Doc(description="`pkcs8` for private keys in PKCS #8; anything else for PKCS #1 and SEC 1.")
    ] = "der"
    signature_bits: Annotated[
        int, Doc(description="The bits of the hash function of RSA signatures: 256, 384 or 512. 0 for 256.")
    ] = 0
    use_pss: Annotated[bool, Doc(description="Whether RSA keys sign with PSS instead of PKCS #1 v1.5.")] = False
    not_before_duration: Annotated[
        Duration, Doc(description="How long before now the certificate is valid already.")
    ] = Duration(30)


class ConstraintFields(SubjectFields, frozen=True):
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


class RootFields(CertificateFields, frozen=True):
    """What the certificate of a root says, and what it is called in this mount."""

    key_type: KeyType = None
    key_bits: KeyBits = None
    key_name: KeyName = None
    key_ref: KeyRef = "default"
    external_key_ref: ExternalKeyRef = ""
    issuer_name: Annotated[str | None, Doc(description="The name of the issuer in this mount.")] = None


class IntermediateFields(SubjectFields, frozen=True):
    """What the certificate request of an authority says."""

    key_type: KeyType = None
    key_bits: KeyBits = None
    key_name: KeyName = None
    key_ref: KeyRef = "default"
    external_key_ref: ExternalKeyRef = ""
    add_basic_constraints: Annotated[
        bool, Doc(description="Whether the request says that it is an authority's, as some programs want it.")
    ] = False


class SignIntermediateFields(CertificateFields, frozen=True):
    """A certificate request of an authority, and what its certificate says."""

    csr: Annotated[str, Doc(description="The certificate request, in PEM.")] = ""
    use_csr_values: Annotated[
        bool,
        Doc(
            description="Whether subject, alternative names and other extensions are those of the certificate request, "
            "whose key usages are added."
        ),
    ] = False
    issuer_ref: Annotated[str, Doc(description="The issuer that signs: its id, its name, or `default`.")] = "default"
    skid: Annotated[
        str,
        Doc(
            description="The subject key identifier, in hexadecimal: where an authority with the same key has another "
            "one than SHA-1 of the key."
        ),
    ] = ""
    enforce_leaf_not_after_behavior: Annotated[
        bool,
        Doc(
            description="Whether the issuer's `leaf_not_after_behavior` counts. Otherwise the certificate ends at its "
            "issuer's end, at the latest."
        ),
    ] = False
