"""Fields of requests that make issuers, and what is meant by them (p).

Source: https://openbao.org/api-docs/secret/ssh/#submit-ca-information
"""

from __future__ import annotations

from typing import Annotated

from strongroom.crypto.ssh import private_keys, public_keys
from strongroom.crypto.ssh.signing import Authority
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import SECRET, Body, Doc


class IssuerFields(Body, frozen=True):
    """A key pair that is to be made or imported."""

    private_key: Annotated[
        str, Doc(description="The private key to import, in OpenSSH's form or PEM, without a passphrase.", extra=SECRET)
    ] = ""
    public_key: Annotated[str, Doc(description="The public key that belongs to `private_key`, in one line.")] = ""
    generate_signing_key: Annotated[
        bool | None, Doc(description="Whether a key pair is made here. By default it is, unless one is given.")
    ] = None
    key_type: Annotated[
        str,
        Doc(
            description="The type of the key to make: `rsa`, `ec` or `ed25519`, or as OpenSSH calls it, such as "
            "`ecdsa-sha2-nistp384`."
        ),
    ] = "ssh-rsa"
    key_bits: Annotated[
        int,
        Doc(description="The length of the key to make. 0 for the type's usual one: 4096 of RSA, 256 of a curve."),
    ] = 0


class NamedIssuerFields(IssuerFields, frozen=True):
    """The same, with a name."""

    issuer_name: Annotated[
        str, Doc(description="A name for the issuer: unique in the mount, and not `default`. Empty for none.")
    ] = ""


def imported(body: IssuerFields) -> tuple[Authority, str] | None:
    """The pair to import, and its public half as the client wrote it; None if a pair is to be made.

    Raises: `InvalidRequest` for keys that can't be read or don't belong together, and for one without the other.
    """
    given = bool(body.public_key), bool(body.private_key)
    if body.generate_signing_key is True and any(given):
        raise InvalidRequest("public_key and private_key must not be set when generate_signing_key is set to true")
    if body.generate_signing_key is not False:
        if not any(given):
            return None
        if not all(given):
            raise InvalidRequest(
                "only one of public_key and private_key set; both must be set to use, or both must be blank to "
                "auto-generate"
            )
    for name in ("public_key", "private_key"):
        if not getattr(body, name):
            raise InvalidRequest(f"missing {name}")
    try:
        public = public_keys.parse(body.public_key)
    except InvalidRequest as error:
        raise InvalidRequest(f"could not parse public_key provided value: {error.text}") from error
    pair = private_keys.imported(body.private_key)
    if pair.public.blob != public.blob:
        raise InvalidRequest("public_key and private_key don't belong together")
    return pair, body.public_key
