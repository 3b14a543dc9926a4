"""A mount with an authority, what it lists, and what OpenSSL says of it."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from cryptography import x509

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.crypto.issuing import private_keys
from strongroom.crypto.issuing.certificates import signed
from strongroom.crypto.issuing.contents import Draft, Subject
from strongroom.crypto.issuing.signing import scheme
from strongroom.engines.pki import Pki, serials
from strongroom.engines.pki.certificates import rows as certificate_rows
from strongroom.engines.pki.certificates.records import CertificateRecord
from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.engines.pki.issuers.authorities import signer
from strongroom.engines.pki.issuers.records import IssuerRecord
from strongroom.engines.pki.keys import rows as key_rows
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.sdk import Operation, Response, View
from strongroom.sdk.schedule import Schedule
from strongroom.testing.mounted import MOUNT_ID, Mounted
from tests.flow.engines.pki.mounts import Authority

DELTAS = {"auto_rebuild": True, "enable_delta": True, "delta_rebuild_interval": "1m"}
"""Settings of lists with deltas between them."""

T = TypeVar("T")


class Lists(Authority):
    """An authority whose scheduled work the test does."""

    @classmethod
    async def with_role(cls, **root: Any) -> Lists:
        """A mount with a root, and a role for everything."""
        authority = await cls.new(**root)
        assert isinstance(authority, cls)
        await authority.role()
        return authority

    @staticmethod
    async def mount_without_issuers() -> Mounted:
        """A mount that is empty."""
        return await Mounted.new(Pki())

    async def role(self, **settings: Any) -> None:
        """Have the role with these settings."""

        async def work(view: View) -> None:
            view.write("role/any", RoleRecord(**{"allow_any_name": True, "key_type": "ec", "ttl_s": 3600, **settings}))

        await self.change(work)

    @property
    def now(self) -> float:
        """The time of the mount's clock."""
        return self.mount.clock.now()

    def later(self, seconds: float) -> None:
        """Let time go by."""
        self.mount.clock.advance(seconds)

    async def issue(self, name: str = "a.example", **fields: Any) -> dict[str, Any]:
        """A certificate."""
        return await self.write("issue/any", common_name=name, **fields)

    async def revoke(self, **fields: Any) -> dict[str, Any]:
        """Revoke one."""
        return await self.write("revoke", **fields)

    async def raw(self, path: str, **headers: str) -> Response:
        """An answer that isn't JSON."""

        async def body(txn: Transaction) -> Response:
            request = self.mount.request(txn, Operation.READ, path, {}, "")
            passed = self.mount.engine.request_headers
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            assert passed >= named.keys()
            match = self.mount.engine.routes.find(Operation.READ, path)
            response = await self.mount.engine.answer(msgspec.structs.replace(request, headers=named), match)
            assert response is not None and response.raw is not None
            return response

        return await transact(self.mount.barrier, body)

    async def crl(self, path: str = "crl") -> x509.CertificateRevocationList:
        """A list, read by another library."""
        response = await self.raw(path)
        assert response.raw is not None
        return x509.load_der_x509_crl(response.raw.content)

    async def listed(self, path: str = "crl") -> set[int]:
        """The serial numbers on a list."""
        return {each.serial_number for each in await self.crl(path)}

    async def change(self, work: Callable[[View], Awaitable[T]]) -> T:
        """Change rows of the mount, as paths of others do."""

        async def body(txn: Transaction) -> T:
            return await work(View(txn, self.mount.prefix))

        return await transact(self.mount.barrier, body)

    async def add_issuer(self, name: str, parent: str = "default", key_of: str = "") -> IssuerRecord:
        """Another issuer that one of the mount's has signed: with a key of its own, or with that of another one."""

        async def work(view: View) -> IssuerRecord:
            above = await signer(view, parent)
            if key_of:
                twin = await issuer_rows.referred(view, key_of)
                key_id, key = twin.key_id, await key_rows.loaded(view, twin.key_id)
            else:
                key_id, key = f"key-{name}", private_keys.generate("ec", 256)
                await key_rows.add(view, key_rows.record_of(key_id, key))
            serial = secrets.randbits(150) | 1 << 150
            draft = Draft(
                serial=serial,
                public=key.public,
                not_before=int(self.now) - 30,
                not_after=int(self.now) + 10**7,
                subject=Subject(common_name=(key_of and "Root") or name),
                key_usage=("key_cert_sign", "crl_sign"),
                basic_constraints="authority",
            )
            der = signed(draft, above.authority, scheme(above.authority.key))
            issuer = IssuerRecord(
                id=f"id-{name}",
                certificate=der,
                serial=serials.shown(serial),
                key_id=key_id,
                name=name,
                not_after=draft.not_after,
            )
            await issuer_rows.add(view, issuer)
            record = CertificateRecord(certificate=der, issuer_id=above.record.id, not_after=draft.not_after)
            certificate_rows.keep(view, serial, record)
            return issuer

        return await self.change(work)

    async def scheduled(self, name: str) -> float | None:
        """When scheduled work is due; None if there is none of that name."""

        async def body(txn: Transaction) -> float | None:
            work = await Schedule(txn, MOUNT_ID).read(name)
            return None if work is None else work.at

        return await transact(self.mount.barrier, body)

    async def work(self) -> list[str]:
        """Do the scheduled work that is due, as the server does.  Returns the names."""
        done = []
        names = (await self.mount.barrier.storage.scan(f"{keys.SCHEDULE}{MOUNT_ID}/")).names
        for name in names:

            async def call(txn: Transaction, name: str = name) -> bool:
                schedule = Schedule(txn, MOUNT_ID)
                work = await schedule.read(name)
                if work is None or work.at > self.now:
                    return False
                schedule.remove(work)
                request = self.mount.request(txn, Operation.UPDATE, "", {}, "")
                await self.mount.engine.due(request, work.name, dict(work.data))
                return True

            if await transact(self.mount.barrier, call):
                done.append(name)
        return done


def numbered(crl: x509.CertificateRevocationList) -> int:
    """The number of a list."""
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def number(serial: str) -> int:
    """A serial number of an answer."""
    return int(serial.replace(":", ""), 16)


def openssl_says(directory: Path, *command: str) -> str:
    """Both what it prints and what it complains of."""
    done = subprocess.run(["openssl", *command], cwd=directory, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
