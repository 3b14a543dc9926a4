"""Rows that tests of the engine put into the store, or look at."""

from __future__ import annotations

from strongroom.barrier.transaction import Transaction, transact
from strongroom.crypto.issuing import private_keys
from strongroom.crypto.issuing.ca_certificates import CaCertificate
from strongroom.crypto.issuing.certificates import self_signed
from strongroom.crypto.issuing.contents import Draft, Subject
from strongroom.crypto.issuing.private_keys import PrivateKey
from strongroom.crypto.issuing.signing import scheme
from strongroom.engines.pki.issuers import rows
from strongroom.engines.pki.issuers.imports import new_issuer
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.engines.pki.roles.rows import ROLES
from strongroom.sdk import Operation, View
from tests.flow.engines.pki.mounts import Authority


async def keep_role(authority: Authority, name: str, role: RoleRecord) -> None:
    """Store a role as it is."""
    mount = authority.mount

    async def write(txn):  # type: ignore[no-untyped-def]
        View(txn, mount.prefix).write(ROLES + name, role)

    await transact(mount.barrier, write)


async def keys_below(authority: Authority, prefix: str) -> list[str]:
    """The keys of rows below a folder of the mount."""
    mount = authority.mount
    return await transact(mount.barrier, lambda txn: View(txn, mount.prefix).scan(prefix))


async def mounted(authority: Authority) -> None:
    """Do what the engine does when it is mounted."""
    mount = authority.mount
    await transact(mount.barrier, lambda txn: mount.engine.mounted(mount.request(txn, Operation.UPDATE, "", {}, "")))


def root(number: int, key: PrivateKey, now: int) -> bytes:
    """One of many authorities, which lasts for 10,000,000 seconds: DER."""
    draft = Draft(
        serial=number + 1,
        public=key.public,
        not_before=now,
        not_after=now + 10**7,
        subject=Subject(common_name=f"Root {number}"),
        basic_constraints="authority",
    )
    return self_signed(draft, key, scheme(key))


async def fill(authority: Authority, many: int) -> None:
    """Give a mount so many issuers, which last for 10,000,000 seconds."""
    key, now = private_keys.generate("ec", 256), int(authority.mount.clock.now())

    async def add(txn: Transaction, first: int) -> None:
        view = View(txn, authority.mount.prefix)
        for number in range(first, min(many, first + 500)):
            await rows.add(view, new_issuer(CaCertificate.load(root(number, key, now)), f"{number:08x}", ""))

    for first in range(0, many, 500):

        async def body(txn: Transaction, first: int = first) -> None:
            await add(txn, first)

        await transact(authority.mount.barrier, body)
