"""Hashing and checking passwords, off the event loop and once per request."""

from __future__ import annotations

import asyncio
import hmac
import importlib
import importlib.util
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from strongroom.auth.userpass.records import ScryptHash, User
from strongroom.crypto.kdf import SCRYPT_BLOCK, SCRYPT_COST, SCRYPT_PARALLEL, scrypt
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random
from strongroom.sdk import Request

T = TypeVar("T")

_thread: Final = ThreadPoolExecutor(1, thread_name_prefix="password")
"""One password is looked at at a time in each process, of which there is one for each processor.  It takes 32 MiB and
some 60 ms, and whoever comes may ask for it.  The threads of the loop's own pool would be taken from everybody else."""

SALT_BYTES = 16
_NOBODY = ScryptHash(salt=bytes(SALT_BYTES), digest=b"", cost=SCRYPT_COST, block=SCRYPT_BLOCK, parallel=SCRYPT_PARALLEL)
"""What an unknown user's password is checked against: the same work, and no password fits."""


async def hash_password(request: Request, password: str, random: Random) -> ScryptHash:
    """A new hash, the same over all attempts of the request."""
    salt = request.once("password salt", lambda: random.bytes(SALT_BYTES))
    parts = ScryptHash(salt=salt, digest=b"", cost=SCRYPT_COST, block=SCRYPT_BLOCK, parallel=SCRYPT_PARALLEL)
    digest = await request.once.wait("password digest", lambda: _in_thread(_digest, password, parts))
    return ScryptHash(salt=salt, digest=digest, cost=parts.cost, block=parts.block, parallel=parts.parallel)


async def password_fits(request: Request, password: str, user: User | None) -> bool:
    """Whether it is the user's password; for no user the same work is done in vain, so that time tells nothing.

    (A user with a bcrypt hash takes that hash's time.)  An attempt that runs again doesn't repeat the work, unless
    the hash itself has changed meanwhile.
    """
    if user is not None and user.bcrypt:
        stored = user.bcrypt
        fits = await request.once.wait(f"bcrypt {stored}", lambda: _in_thread(_bcrypt_fits, password, stored))
        return bool(fits)
    known = user.scrypt if user is not None and user.scrypt is not None else _NOBODY
    digest = await request.once.wait(f"scrypt {known.salt.hex()}", lambda: _in_thread(_digest, password, known))
    return hmac.compare_digest(digest, known.digest)


def _in_thread(function: Callable[..., T], *arguments: object) -> asyncio.Future[T]:
    return asyncio.get_running_loop().run_in_executor(_thread, function, *arguments)


def _digest(password: str, parts: ScryptHash) -> bytes:
    return scrypt(
        password.encode("utf-8", "surrogatepass"),
        salt=parts.salt,
        cost=parts.cost,
        block=parts.block,
        parallel=parts.parallel,
    )


def require_bcrypt() -> None:
    """Raise `InvalidRequest` naming the package when bcrypt hashes can't be checked here."""
    if importlib.util.find_spec("bcrypt") is None:
        raise InvalidRequest("password_hash needs the Python package 'bcrypt', which is not installed on this server")


def _bcrypt_fits(password: str, stored: str) -> bool:
    require_bcrypt()
    bcrypt = importlib.import_module("bcrypt")
    # bcrypt reads 72 bytes; newer releases of the package refuse longer passwords instead of cutting them.
    return bool(bcrypt.checkpw(password.encode("utf-8", "surrogatepass")[:72], stored.encode("ascii")))
