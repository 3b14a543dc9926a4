"""Fields of requests that are answered with a certificate.

Source: https://openbao.org/api-docs/secret/pki/#generate-certificate-and-key
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Final

import msgspec

from strongroom.engines.pki.issuing.rules import AskedFields
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import SECRET, Doc, OneOf

PKCS12: Final = "pkcs12_bundle"
FORMATS: Final = ("pem", "der", "pem_bundle")
_LEAST_PASSWORD: Final = 8
_MOST_METADATA_BYTES: Final = 8 * 1024


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """How a certificate is answered."""

    format: str = "pem"
    private_key_format: str = "der"
    without_roots: bool = False
    """Whether certificates that sign themselves are left out of the chain."""
    password: str | None = None
    """Of a PKCS #12 file; None where no key is made, so that there is none."""

    def __repr__(self) -> str:
        return f"Form({self.format})"


class LeafFields(AskedFields, frozen=True):
    """What is asked for, and how it is answered."""

    format: Annotated[
        str,
        Doc(
            description="How the certificate is written: `pem`, `der` (base64), `pem_bundle` (with key and chain), or "
            "`pkcs12_bundle` where a key is made."
        ),
        OneOf("pem", "der", "pem_bundle", "pkcs12_bundle"),
    ] = "pem"
    private_key_format: Annotated[
        str,
        Doc(description="`pkcs8`, or `der` for the form that the type of key had before it (PKCS #1, SEC 1)."),
        OneOf("der", "pkcs8"),
    ] = "der"
    remove_roots_from_chain: Annotated[
        bool, Doc(description="Whether certificates that sign themselves are left out of the chain.")
    ] = False
    cert_metadata: Annotated[
        str, Doc(description="Base64 of what is kept with the certificate, at `cert-metadata/<serial>`.")
    ] = ""

    @property
    def password(self) -> str | None:
        """Of a PKCS #12 file; None where no key is made, so that there is none."""
        return None

    @property
    def form(self) -> Form:
        """How the certificate is answered.  Raises `InvalidRequest` for a format that there isn't."""
        return checked(
            Form(
                format=self.format,
                private_key_format=self.private_key_format,
                without_roots=self.remove_roots_from_chain,
                password=self.password,
            )
        )

    @property
    def metadata(self) -> bytes:
        """What is kept with the certificate.  Raises `InvalidRequest` for what is no base64, or too long."""
        if not self.cert_metadata:
            return b""
        try:
            found = base64.b64decode(self.cert_metadata, validate=True)
        except (binascii.Error, ValueError) as error:
            raise InvalidRequest("cert_metadata must be base64") from error
        if len(found) > _MOST_METADATA_BYTES:
            raise InvalidRequest(f"cert_metadata has at most {_MOST_METADATA_BYTES} bytes")
        return found


class KeyFields(LeafFields, frozen=True):
    """The same, where a key is made too."""

    key_type: Annotated[
        str,
        Doc(description="The type of key, where the role leaves that open: `rsa`, `ec` or `ed25519`."),
        OneOf("rsa", "ec", "ed25519"),
    ] = ""
    key_bits: Annotated[
        int, Doc(description="The size of the key, where the role leaves that open. 0 is the usual.")
    ] = 0
    pkcs12_password: Annotated[
        str, Doc(description="The password of a `pkcs12_bundle`: at least 8 characters.", extra=SECRET)
    ] = ""

    @property
    def password(self) -> str | None:
        """Of a PKCS #12 file."""
        return self.pkcs12_password


def checked(form: Form) -> Form:
    """The form.  Raises `InvalidRequest` for a format that there isn't."""
    if form.format == PKCS12:
        if form.password is None:
            raise InvalidRequest(f'the format "{PKCS12}" holds a key, and is only there where one is made')
        if len(form.password) < _LEAST_PASSWORD:
            # Its content is as safe as its password is: the one that everybody knows isn't any.
            raise InvalidRequest(
                f'the format "{PKCS12}" needs pkcs12_password, of at least {_LEAST_PASSWORD} characters'
            )
    elif form.format not in FORMATS:
        raise InvalidRequest('the "format" path parameter must be "pem", "der", "pem_bundle", or "pkcs12_bundle"')
    return form
