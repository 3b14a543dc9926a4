"""A KDC and a directory for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flow.auth.kerberos.mount import Around
from tests.sim import kdc, slapd


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
