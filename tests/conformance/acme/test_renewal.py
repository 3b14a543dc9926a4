"""The process's renewals with a real authority, on a clock that the test moves."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from strongroom.lib.rand import SystemRandom
from strongroom.server.certificates import cache
from strongroom.server.certificates.process import Renewal
from strongroom.server.certificates.settings import CertificateOrder, acme_settings
from strongroom.server.config.config import Listener, Where
from tests.conformance.acme.authority import AcmeAuthority, acme_authority
from tests.conformance.acme.ports import closed_to_us, proving_ports
from tests.sim.clock import SetClock

DAY_S = 86400.0

_REASON = closed_to_us(80)
pytestmark = [pytest.mark.skipif(bool(_REASON), reason=_REASON), pytest.mark.usefixtures("proving_ports")]

__all__ = ["proving_ports"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AcmeAuthority]:
    """One authority for all tests."""
    with acme_authority(tmp_path_factory.mktemp("authority")) as found:
        yield found


def wanted(authority: AcmeAuthority, directory: Path, **more: object) -> CertificateOrder:
    """A certificate whose names are proven over HTTP."""
    settings: dict[str, object] = {
        "tls_acme_cache_path": str(directory),
        "tls_acme_ca_directory": authority.directory,
        "tls_acme_ca_root": str(authority.server_root),
        "tls_acme_domains": ("node.strongroom.test",),
    }
    found = acme_settings(Listener("tcp", Where("f", 1), **{**settings, **more}))  # type: ignore[arg-type]
    cache.prepare(found.cache)
    return CertificateOrder(found, ("127.0.0.1",), False)


class Told:
    """Counts new certificates."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


def test_renews_when_two_thirds_are_over(tmp_path: Path, authority: AcmeAuthority) -> None:
    """And not before; each new certificate is told."""
    clock, told = SetClock(time.time()), Told()
    renewal = Renewal(wanted(authority, tmp_path), clock, SystemRandom(), told)
    renewal.work()
    assert told.times == 1
    found = cache.certificate(wanted(authority, tmp_path).settings)
    assert found is not None
    first, validity = found
    lifetime_s = validity.not_after - validity.not_before
    clock.advance(lifetime_s / 2)
    renewal.work()
    assert told.times == 1
    clock.advance(lifetime_s / 4)
    renewal.work()
    assert told.times == 2
    found = cache.certificate(wanted(authority, tmp_path).settings)
    assert found is not None
    assert found[0] != first


@pytest.mark.parametrize("key_type", ["p384", "rsa2048"])
def test_other_kinds_of_key(tmp_path: Path, authority: AcmeAuthority, key_type: str) -> None:
    """An authority issues for each of them."""
    told = Told()
    Renewal(wanted(authority, tmp_path, tls_acme_key_type=key_type), SetClock(time.time()), SystemRandom(), told).work()
    assert told.times == 1


def test_repeats_with_the_authority_for_tests(tmp_path: Path, authority: AcmeAuthority) -> None:
    """After a failure the other directory is tried first; only what works there is asked of the real one again."""
    clock, told, issued = SetClock(time.time()), Told(), authority.issued()
    works = wanted(
        authority,
        tmp_path / "other",
        tls_acme_test_ca_directory=authority.directory,
        tls_acme_ca_directory="https://127.0.0.1:9/d",
        tls_acme_disable_alpn_challenge=True,
    )
    renewal = Renewal(works, clock, SystemRandom(), told)
    renewal.work()
    assert authority.issued() == issued
    clock.advance(DAY_S)
    renewal.work()
    assert authority.issued() == issued + 1
    assert told.times == 0
    assert cache.certificate(works.settings) is None


def test_a_port_that_is_taken(tmp_path: Path, authority: AcmeAuthority) -> None:
    """Without the port for HTTP challenges the failure says so, and no order is wasted on it."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 80))
        taken.listen()
        told = Told()
        asked = wanted(authority, tmp_path, tls_acme_disable_alpn_challenge=True)
        renewal = Renewal(asked, SetClock(time.time()), SystemRandom(), told)
        renewal.work()
        assert told.times == 0
        kept = cache.retry(asked.settings)
        assert kept is not None
        assert kept.failures == 1
