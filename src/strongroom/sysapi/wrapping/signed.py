"""Wrapping tokens in the form of signed texts, for clients that ask with `X-Vault-Wrap-Format: jwt`.

The text names the token and says from where it comes and until when it holds; who carries it on can check that with
any library for JWT, given the key.  Here it stands for the token that it names, and opens nothing by itself.
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
    """The text that stands for a wrapping token; the first one makes the key.

    Args:
        address: where the token can be opened.
        accessor: that of the token within, if it is a login's.
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
    """The wrapping token that a text stands for; what isn't a signed text stands for itself.

    Raises: `PermissionDenied` for a signature of somebody else's.
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
