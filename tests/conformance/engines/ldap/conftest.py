"""One domain controller for all tests of the folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sim import samba_ad


@pytest.fixture(scope="session")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[samba_ad.Controller]:
    """Samba's Active Directory with the users and groups of `tests.sim.samba_ad`."""
    with samba_ad.run(tmp_path_factory.mktemp("ad")) as running:
        yield running
