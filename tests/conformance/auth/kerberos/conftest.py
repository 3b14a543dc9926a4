"""A KDC, a directory, and our server with a mount that asks both."""

from __future__ import annotations

from collections.abc import Iterator

import hvac  # type: ignore[import-untyped]
import pytest

from tests.conformance.servers import Server, ours
from tests.flow.auth.kerberos.mount import Around
from tests.sim import kdc, slapd

__all__ = ["ours"]


@pytest.fixture(scope="session")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Around]:
    """A running KDC, and a directory that knows its users."""
    kdc.require()
    slapd.require()
    with (
        kdc.run(tmp_path_factory.mktemp("kdc")) as tickets,
        slapd.run(tmp_path_factory.mktemp("slapd")) as directory,
    ):
        yield Around(tickets, directory, tickets.keytab(kdc.SERVICE))


@pytest.fixture(scope="session")
def configured(ours: Server, around: Around) -> Server:
    """Our server, with the mount `kerberos`, whose headers nobody has tuned."""
    client = hvac.Client(url=ours.url, token=ours.token)
    client.sys.enable_auth_method("kerberos")
    client.write_data("auth/kerberos/config", data=around.config)
    client.write_data("auth/kerberos/config/ldap", data=around.ldap)
    client.write_data("auth/kerberos/groups/admins", data={"policies": "rule"})
    client.adapter.close()
    return ours
