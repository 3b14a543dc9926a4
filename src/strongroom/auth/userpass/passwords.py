"""Hashing and checking passwords, off the event loop and once per request.

Every login does the same kinds and amounts of work: for an unknown name, for a scrypt digest, and for a bcrypt digest
of any cost.  Otherwise the time of a refusal would reveal which names exist, and whose hash was imported.
"""

from __future__ import annotations

import hmac
import importlib
import importlib.util
from functools import partial

import structlog

from strongroom.auth.userpass.hashing import Hashing
from strongroom.auth.userpass.logic import MAX_BCRYPT_COST, cost_of
from strongroom.auth.userpass.records import Imported, ScryptHash, User
from strongroom.crypto.kdf import SCRYPT_BLOCK, SCRYPT_COST, SCRYPT_PARALLEL, scrypt
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.extras import requirements
from strongroom.lib.rand import Random
from strongroom.sdk import Request

log = structlog.get_logger("userpass")

IMPORTED = "imported"
SALT_BYTES = 16
MAX_PASSWORD_BYTES = 4096
_NOBODY = ScryptHash(salt=bytes(SALT_BYTES), digest=b"", cost=SCRYPT_COST, block=SCRYPT_BLOCK, parallel=SCRYPT_PARALLEL)
"""What is checked where there is no scrypt digest: the same work, and no password fits."""
_BCRYPT_SALT = "." * 22


async def hash_password(request: Request, password: str, random: Random, hashing: Hashing) -> ScryptHash:
    """A new hash, the same over all attempts of the request.  Raises `InvalidRequest` for too long a password."""
    check_length(password)
    salt = request.once("password salt", lambda: random.bytes(SALT_BYTES))
    parts = ScryptHash(salt=salt, digest=b"", cost=SCRYPT_COST, block=SCRYPT_BLOCK, parallel=SCRYPT_PARALLEL)
    work = partial(_digest, password, parts)
    digest = await request.once.wait("password digest", lambda: hashing.for_administration(work))
    return ScryptHash(salt=salt, digest=digest, cost=parts.cost, block=parts.block, parallel=parts.parallel)


async def password_fits(request: Request, password: str, user: User | None, hashing: Hashing) -> bool:
    """Whether it is the user's password; for no user the same work is done in vain, so that time tells nothing.

    An attempt that runs again doesn't repeat the work, unless the hash itself has changed meanwhile.

    Raises: `InvalidRequest` for a password longer than any may be; `RateLimited` when too many log in at once.
    """
    check_length(password)
    imported = await request.view.read(IMPORTED, Imported)
    most = min(imported.bcrypt_cost, MAX_BCRYPT_COST) if imported is not None and has_bcrypt() else 0
    scrypted = user.scrypt if user is not None and user.scrypt is not None else _NOBODY
    stored = user.bcrypt if user is not None else ""
    if stored and cost_of(stored) > most:
        log.warning("a stored bcrypt hash cannot be checked", reason="its cost is over the limit, or bcrypt is missing")
        stored = ""
    work = partial(_fits, password, scrypted, stored, most)
    name = f"login {scrypted.salt.hex()} {stored} {most}"
    return await request.once.wait(name, lambda: hashing.for_login(work))


def check_length(password: str) -> None:
    """Raise `InvalidRequest` for a password that nobody types: hashing begins with reading all of it."""
    if len(password.encode("utf-8", "surrogatepass")) > MAX_PASSWORD_BYTES:
        raise InvalidRequest(f"the password is longer than {MAX_PASSWORD_BYTES} bytes")


def _fits(password: str, scrypted: ScryptHash, stored: str, most: int) -> bool:
    """Check a password by one of two hashes, with the work of both.

    Args:
        scrypted: the user's digest, or nobody's.
        stored: the user's bcrypt hash; empty for none.
        most: the highest cost among the mount's bcrypt hashes; 0 where there are none.
    """
    fits = hmac.compare_digest(_digest(password, scrypted), scrypted.digest)
    if not most:
        return fits
    bcrypt = importlib.import_module("bcrypt")
    # bcrypt reads 72 bytes; newer releases of the package refuse longer passwords instead of cutting them.
    text = password.encode("utf-8", "surrogatepass")[:72]
    if stored:
        fits = bool(bcrypt.checkpw(text, stored.encode("ascii")))
    # Each cost is twice the work of the one below, so that these fill up to the highest: 2⁵ + 2⁵ + 2⁶ = 2⁷.
    for cost in range(cost_of(stored), most) if stored else (most,):
        bcrypt.hashpw(text, f"$2b${cost:02d}${_BCRYPT_SALT}".encode("ascii"))
    return fits


def _digest(password: str, parts: ScryptHash) -> bytes:
    return scrypt(
        password.encode("utf-8", "surrogatepass"),
        salt=parts.salt,
        cost=parts.cost,
        block=parts.block,
        parallel=parts.parallel,
    )


def has_bcrypt() -> bool:
    """Whether bcrypt hashes can be checked here."""
    return importlib.util.find_spec("bcrypt") is not None


def require_bcrypt() -> None:
    """Raise `InvalidRequest` naming the package when bcrypt hashes can't be checked here."""
    if not has_bcrypt():
        raise InvalidRequest(
            f"password_hash needs a package that isn't installed on the server: pip install {requirements('bcrypt')}"
        )


async def note_import(request: Request, stored: str) -> None:
    """Have every login of this mount take the work of such a hash from now on."""
    imported = await request.view.read(IMPORTED, Imported)
    if imported is None or imported.bcrypt_cost < cost_of(stored):
        request.view.write(IMPORTED, Imported(bcrypt_cost=cost_of(stored)))
