"""What a client asks for, in the fields of `issue` and `sign` (p).

Source: https://openbao.org/api-docs/secret/pki/#generate-certificate-and-key
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from strongroom.crypto.issuing.contents import Names
from strongroom.sdk import Body, CommaList, Doc, Duration


class Requested(msgspec.Struct, frozen=True, kw_only=True):
    """What a certificate request says, as far as rules look at it."""

    common_name: str = ""
    serial_number: str = ""
    """The attribute of its subject."""
    names: Names = Names()
    key_type: str
    """`rsa`, `ec` or `ed25519`."""
    key_bits: int = 0
    basic_constraints: bool = False
    """Whether it has the extension."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a client asks for."""

    common_name: str = ""
    alt_names: tuple[str, ...] = ()
    """Domains and e-mail addresses."""
    exclude_cn_from_sans: bool = False
    ip_sans: tuple[str, ...] = ()
    uri_sans: tuple[str, ...] = ()
    other_sans: tuple[str, ...] = ()
    """`<oid>;UTF8:<text>` each."""
    serial_number: str = ""
    """The attribute of the subject."""
    user_ids: tuple[str, ...] = ()
    ttl_s: int = 0
    """0 for what the role says."""
    not_before: str = ""
    """RFC 3339; empty for what the role says, as is `not_after`."""
    not_after: str = ""
    key_type: str = ""
    key_bits: int = 0
    requested: Requested | None = None
    """The certificate request to sign; None if the key is made here."""


class AskedFields(Body, frozen=True):
    """Base of the bodies of requests that ask for a certificate."""

    common_name: Annotated[
        str, Doc(description="The common name: a domain or an e-mail address. It joins the alternative names.")
    ] = ""
    alt_names: Annotated[CommaList | None, Doc(description="Alternative names: domains and e-mail addresses.")] = None
    exclude_cn_from_sans: Annotated[
        bool, Doc(description="Whether the common name stays out of the alternative names.")
    ] = False
    ip_sans: Annotated[CommaList | None, Doc(description="Alternative names: IP addresses.")] = None
    uri_sans: Annotated[CommaList | None, Doc(description="Alternative names: URIs.")] = None
    other_sans: Annotated[
        CommaList | None, Doc(description="Alternative names of other types: `<oid>;UTF8:<text>` each.")
    ] = None
    serial_number: Annotated[
        str, Doc(description="The attribute serialNumber of the subject. It isn't the certificate's serial number.")
    ] = ""
    user_ids: Annotated[CommaList | None, Doc(description="User ids (0.9.2342.19200300.100.1.1) of the subject.")] = (
        None
    )
    ttl: Annotated[
        Duration, Doc(description="How long the certificate is valid. 0 is the role's `ttl`, or the mount's.")
    ] = Duration(0)
    not_before: Annotated[str, Doc(description="When the certificate becomes valid, in RFC 3339.")] = ""
    not_after: Annotated[
        str, Doc(description="When the certificate ends, in RFC 3339. It can't be given together with `ttl`.")
    ] = ""

    def asked(self, requested: Requested | None = None, key_type: str = "", key_bits: int = 0) -> Asked:
        """The fields as a value.  Items that are empty aren't there: `a,,b` has two."""
        return Asked(
            common_name=self.common_name,
            alt_names=_items(self.alt_names),
            exclude_cn_from_sans=self.exclude_cn_from_sans,
            ip_sans=_items(self.ip_sans),
            uri_sans=_items(self.uri_sans),
            other_sans=_items(self.other_sans),
            serial_number=self.serial_number,
            user_ids=_items(self.user_ids),
            ttl_s=self.ttl,
            not_before=self.not_before,
            not_after=self.not_after,
            key_type=key_type,
            key_bits=key_bits,
            requested=requested,
        )


def _items(given: CommaList | None) -> tuple[str, ...]:
    return tuple(filter(None, given)) if given else ()
