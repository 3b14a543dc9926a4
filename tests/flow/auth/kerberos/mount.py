"""A mount of kerberos in this process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from strongroom.auth.kerberos import Kerberos
from strongroom.sdk import Auth, Operation, Response
from tests.flow.harness import Mounted
from tests.sim import kdc, slapd
from tests.sim.kdc import Kdc
from tests.sim.slapd import Slapd

READ, WRITE, LIST, DELETE = Operation.READ, Operation.UPDATE, Operation.LIST, Operation.DELETE


@dataclass(frozen=True, slots=True)
class Around:
    """What a mount has to do with.

    Attributes:
        keytab: of the service `kdc.SERVICE`.
    """

    kdc: Kdc
    directory: Slapd
    keytab: bytes

    @property
    def config(self) -> dict[str, Any]:
        """What `config` is given."""
        return {"keytab": kdc.as_base64(self.keytab), "service_account": kdc.SERVICE}

    @property
    def ldap(self) -> dict[str, Any]:
        """What `config/ldap` is given."""
        return {
            "url": self.directory.url,
            "binddn": slapd.SERVICE,
            "bindpass": slapd.SERVICE_PASSWORD,
            "userdn": slapd.PEOPLE,
            "userattr": "uid",
            "groupdn": slapd.GROUPS,
            "token_policies": "all",
        }

    async def mounted(self, ldap: dict[str, Any] | None = None, **config: Any) -> Mounted:
        """A mount that is configured.

        Args:
            ldap: further settings of the directory. config: further settings of the service.
        """
        mount = await Mounted.new(Kerberos())
        await mount.ask(WRITE, "config", {**self.config, **config})
        await mount.ask(WRITE, "config/ldap", {**self.ldap, **(ldap or {})})
        return mount


async def answered(mount: Mounted, header: str, address: str = "10.0.0.1") -> Response:
    """What the method answers to a login."""
    response = await mount.ask(WRITE, "login", {"authorization": header}, address=address)
    assert response is not None
    return response


async def log_in(mount: Mounted, header: str, address: str = "10.0.0.1") -> Auth:
    """The login that the method answers with."""
    auth = (await answered(mount, header, address)).auth
    assert auth is not None
    return auth
