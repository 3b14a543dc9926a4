"""One directory for all tests of the folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sim import slapd


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[slapd.Slapd]:
    """OpenLDAP with the users and groups of `tests.sim.slapd`."""
    with slapd.run(tmp_path_factory.mktemp("slapd")) as running:
        yield running
