"""Serves one signed request: directory, signature, nonce, account, and then what it asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

import msgspec

from strongroom.crypto.public_keys import PublicKey, key_of_jwk
from strongroom.engines.pki.acme import nonces, requests, rows
from strongroom.engines.pki.acme.directory import ALWAYS_REQUIRED, Directory, Place, open_directory
from strongroom.engines.pki.acme.problems import MEDIA_TYPE, Problem, malformed
from strongroom.engines.pki.acme.records import Account, AccountOfKey
from strongroom.engines.pki.acme.requests import Signed
from strongroom.lib.errors import Internal
from strongroom.sdk import Body, Doc, Random, RawBody, Request, Response

JOSE: Final = "application/jose+json"
_JSON: Final = "application/json"
POLL: Final = ("Retry-After", "3")
"""The header field by which a client is told when to ask again for what isn't decided yet."""


class JwsBody(Body, frozen=True):
    """A JSON Web Signature.  Its members are judged by `requests.parse`, which answers as ACME clients expect."""

    protected: Annotated[Any, Doc(description="The protected header of the JSON Web Signature, in base64url.")] = None
    payload: Annotated[Any, Doc(description="What the client says, in base64url. Empty for reading.")] = None
    signature: Annotated[Any, Doc(description="The signature of both, in base64url.")] = None
    header: Annotated[Any, Doc(description="Refused: an unprotected header.")] = None
    signatures: Annotated[Any, Doc(description="Refused: several signatures.")] = None


class Caller(msgspec.Struct, frozen=True):
    """Who asks, and what."""

    request: Request
    directory: Directory
    signed: Signed
    key: PublicKey
    """What the request is signed with."""
    account_id: str = ""
    """Empty for a request that isn't signed by an account."""
    account: Account | None = None

    @property
    def known(self) -> Account:
        """The account of a request that only accounts can make."""
        if self.account is None:
            raise Internal(detail="an ACME request of an account has none")
        return self.account

    def payload(self) -> dict[str, Any]:
        """What the request says.  Raises `Problem` if it only asks for a resource, or says no JSON object."""
        return requests.json_object(self.signed.payload, "payload")

    def must_read(self) -> None:
        """Raise `Problem` unless the request only asks for a resource."""
        if not self.signed.is_read:
            raise malformed("this resource is read by a POST with an empty payload")


class Reply(msgspec.Struct, frozen=True):
    """What an ACME client gets."""

    body: Any = None
    """JSON, or the bytes of another type."""
    status: int = 200
    location: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    media_type: str = _JSON

    def encoded(self) -> bytes:
        """The bytes of the body."""
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else msgspec.json.encode(self.body)


Action = Callable[[Caller], Awaitable[Reply]]


async def serve(
    request: Request, place: Place, body: JwsBody, action: Action, random: Random, *, by: str = "kid"
) -> Response:
    """Answer a signed request.

    An action that refuses does so before it writes: the nonce stays used whatever becomes of the request.

    Args:
        by: how the request has to be signed: `kid`, by an account; `jwk`, by a key that it holds; `either`.
    """
    index: tuple[tuple[str, str], ...] = ()
    try:
        directory = await open_directory(request, place)
        index = (directory.index,)
        caller = await _caller(request, directory, body, by)
        reply = await action(caller)
        raw, status = RawBody(reply.encoded(), reply.media_type), reply.status
        headers = reply.headers if not reply.location else (("Location", reply.location), *reply.headers)
    except Problem as problem:
        raw, status, headers = RawBody(problem.encoded(), MEDIA_TYPE), problem.status, problem.headers
    nonce = (("Replay-Nonce", await nonces.fresh(request, random)),)
    return Response(raw=raw, status=status, headers=(*nonce, *index, *headers))


async def open_or_refuse(
    request: Request, place: Place, answer: Callable[[Directory], Awaitable[Response]]
) -> Response:
    """Answer a request that isn't signed; a `Problem` as its document."""
    try:
        return await answer(await open_directory(request, place))
    except Problem as problem:
        return Response(raw=RawBody(problem.encoded(), MEDIA_TYPE), status=problem.status, headers=problem.headers)


async def _caller(request: Request, directory: Directory, body: JwsBody, by: str) -> Caller:
    media = request.headers.get("content-type", JOSE).partition(";")[0].strip().lower()
    if media != JOSE:
        raise Problem("malformed", f"the request must be of type {JOSE}", status=415)
    signed = requests.parse(msgspec.structs.asdict(body))
    expected = directory.url.removesuffix(directory.path) + request.path
    if signed.url != expected:
        raise Problem("unauthorized", f'the request is signed for "{signed.url}", and was sent to "{expected}"')
    if by != "either" and (signed.key is None) != (by == "kid"):
        raise malformed(f'this request must be signed by "{by}"')
    if signed.key is not None:
        caller = Caller(request, directory, signed, signed.key)
    else:
        caller = await _of_account(request, directory, signed)
    requests.check_signature(signed, caller.key)
    use = nonces.use_of(request)
    if not use.done:
        await nonces.use(request, request.view, signed.nonce)
    if caller.account is not None:
        _check_account(directory, caller.account)
    return caller


async def _of_account(request: Request, directory: Directory, signed: Signed) -> Caller:
    prefix = directory.of("account", "")
    account_id = signed.kid.removeprefix(prefix) if signed.kid.startswith(prefix) else ""
    account = await rows.account_of(request.view, account_id)
    if account is None or account.directory != directory.path:
        raise Problem("accountDoesNotExist", 'this directory has no account with the URL in "kid"')
    key = key_of_jwk(account.jwk)
    if key is None:
        raise Internal(detail="the key of an ACME account can't be read")
    return Caller(request, directory, signed, key, account_id, account)


def _check_account(directory: Directory, account: Account) -> None:
    if account.status != "valid":
        raise Problem("unauthorized", f"the account is {account.status}")
    if directory.config.eab_policy == ALWAYS_REQUIRED and not account.eab_key_id:
        raise Problem("externalAccountRequired", "accounts without an external binding may not be used any more")


async def account_with(request: Request, directory: Directory, key: PublicKey) -> tuple[str, Account] | None:
    """The account that has a key, with its id; None if the directory has none."""
    row = await request.view.read(rows.account_key_row(directory.path, key.thumbprint()), AccountOfKey)
    if row is None:
        return None
    account = await rows.account_of(request.view, row.account)
    return (row.account, account) if account is not None else None
