"""Wrapping tokens in the form of signed texts, for clients that ask with `X-Vault-Wrap-Format: jwt`.

The text contains the token, its issuer and its expiry.  A carrier can check these with any JWT library and the key.  To
this server it stands for the token that it names, and opens nothing by itself.
"""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.barrier import SecretRecord
from strongroom.barrier.transaction import Transaction
from strongroom.crypto import jwt
from strongroom.lib.errors import PermissionDenied, Tampered

FORMAT = "jwt"
_LEEWAY_S = 5
_REFUSED = "error validating wrapping token: "


class SigningKey(SecretRecord, frozen=True, tag="wrapping-key"):
    """The key that the texts are signed with."""

    private: bytes

    def __repr__(self) -> str:
        return "SigningKey(…)"


async def sign(txn: Transaction, token: str, *, ttl_s: int, now: float, address: str, accessor: str) -> str:
    """The signed text of a wrapping token.  The first one creates the key.

    Args:
        address: the server that unwraps the token. accessor: that of the token within, if it is a login's.
    """
    record = await txn.read(keys.WRAPPING_KEY, SigningKey)
    if record is None:
        record = SigningKey(private=txn.once("wrapping key", jwt.new_es512_key))
        txn.write(keys.WRAPPING_KEY, record)
    private, issued_at = record.private, int(now)
    claims = {
        "accessor": accessor,
        "addr": address,
        "exp": issued_at + ttl_s,
        "iat": issued_at,
        "jti": token,
        "nbf": issued_at - _LEEWAY_S,
        "type": "wrapping",
    }
    return txn.once(f"signed {token}", lambda: jwt.sign(claims, private))


async def named(txn: Transaction, text: str) -> str:
    """The wrapping token of a signed text.  Any other text is returned unchanged.

    Raises: `PermissionDenied` for a foreign signature.
    """
    if not jwt.looks_like_one(text):
        return text
    record = await txn.read(keys.WRAPPING_KEY, SigningKey)
    if record is None:
        raise PermissionDenied(f"{_REFUSED}wrapping token signing key not found")
    try:
        claims = jwt.claims_of(text, record.private)
    except Tampered as error:
        raise PermissionDenied(f"{_REFUSED}wrapping token signature could not be validated") from error
    token = claims.get("jti")
    if claims.get("type") != "wrapping" or not isinstance(token, str):
        raise PermissionDenied(f"{_REFUSED}the signed text names no wrapping token")
    return token
