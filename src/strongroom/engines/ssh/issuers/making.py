"""Making issuers: from a key that is generated here, or one from elsewhere."""

from __future__ import annotations

from strongroom.crypto.ssh import private_keys, public_keys
from strongroom.crypto.ssh.signing import Authority
from strongroom.engines.ssh.issuers import rows
from strongroom.engines.ssh.issuers.fields import IssuerFields, imported
from strongroom.engines.ssh.issuers.records import IssuerRecord
from strongroom.lib.generation import GENERATION
from strongroom.sdk import Random, Request, replace, uuid4

KNOWN = "An issuer with the provided public key already exists, returning the existing issuer"


def new_pair(request: Request, type_: str, bits: int) -> Authority:
    """A new key pair, the same in all attempts of the request.

    One of RSA is made beside the event loop, without a transaction.

    Raises: `InvalidRequest` as `private_keys.kind_of` does; `RateLimited` if too many are being made.
    """
    kind, size = private_keys.kind_of(type_, bits)
    name = f"ssh key {kind} {size}"
    if kind != private_keys.RSA:
        return request.once(name, lambda: private_keys.generate(kind, size))
    made: Authority = request.once.outside(name, lambda: GENERATION.make(lambda: private_keys.generate(kind, size)))
    return made


async def make(
    request: Request, body: IssuerFields, name: str, random: Random, *, default: bool
) -> tuple[IssuerRecord, list[str]]:
    """Store an issuer.  One whose key the mount has already stays the only one.

    Args:
        name: empty for none. default: whether it becomes the mount's default.

    Returns: the issuer, and warnings.

    Raises: `InvalidRequest` as `imported` and `new_pair` do, and for a name that can't be one or is taken.
    """
    given = imported(body)
    if given is not None:
        known = await _with_key(request, given[0])
        if known is not None:
            if default:
                rows.keep_config(request.view, replace(await rows.config_of(request.view), default=known.id))
            return known, [KNOWN]
    await rows.check_name(request.view, name)
    pair, line = given or _generated(request, body)
    issuer = IssuerRecord(
        id=request.once("issuer id", lambda: uuid4(random)),
        name=name,
        public_key=line,
        pkcs8=pair.pkcs8,
        created_at=request.now,
    )
    await rows.add(request.view, issuer, default=default)
    return issuer, []


def _generated(request: Request, body: IssuerFields) -> tuple[Authority, str]:
    pair = new_pair(request, body.key_type, body.key_bits)
    return pair, pair.public.line + "\n"


async def _with_key(request: Request, pair: Authority) -> IssuerRecord | None:
    """The issuer that has this key already."""
    for issuer in await rows.page_of(request.view):
        if public_keys.parse(issuer.public_key).blob == pair.public.blob:
            return issuer
    return None
