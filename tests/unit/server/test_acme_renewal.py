"""What the process does when an authority can't be reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.ports import free_port
from tests.sim.clock import SetClock

from strongroom.crypto.x509 import Authority
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.server.certificates import cache
from strongroom.server.certificates.process import Renewal
from strongroom.server.certificates.settings import CertificateOrder, acme_settings
from strongroom.server.config.config import Listener, Where

LIFETIME_S = 3 * 86400


@pytest.fixture
def wanted(tmp_path: Path) -> CertificateOrder:
    """A certificate from an authority that isn't there."""
    listener = Listener(
        "tcp",
        Where("f", 1),
        tls_acme_cache_path=str(tmp_path),
        tls_acme_domains=("a.example",),
        tls_acme_ca_directory=f"http://127.0.0.1:{free_port()}/directory",
    )
    settings = acme_settings(listener)
    cache.prepare(settings.cache)
    return CertificateOrder(settings, ("127.0.0.1",), False)


class Node:
    """A renewal on a clock, and how often it told of a new certificate."""

    def __init__(self, wanted: CertificateOrder, clock: SetClock) -> None:
        self.told = 0
        self.renewal = Renewal(wanted, clock, SystemRandom(), self._tell)

    def _tell(self) -> None:
        self.told += 1


def keep_one(wanted: CertificateOrder, clock: SetClock) -> None:
    """Put a certificate into the cache that was issued now."""
    now = datetime.fromtimestamp(clock.now(), UTC)
    until = now + timedelta(seconds=LIFETIME_S)
    pair = Authority.make("Root", now, until).issue(wanted.settings.domains, now, until)
    cache.keep_certificate(wanted.settings, Secret(pair.key_pem.reveal() + pair.certificate_pem))


def test_failures_are_spread(wanted: CertificateOrder) -> None:
    """Without a certificate it begins at once, and then waits ever longer; nothing is told."""
    clock = SetClock()
    node = Node(wanted, clock)
    assert node.renewal.due_at <= clock.now()
    pauses = []
    for _ in range(4):
        node.renewal.work()
        pauses.append(node.renewal.due_at - clock.now())
        clock.advance(pauses[-1])
    assert [60 * 2**n <= pause <= 75 * 2**n for n, pause in enumerate(pauses)] == [True] * 4
    assert node.told == 0


def test_nothing_happens_before_its_time(wanted: CertificateOrder) -> None:
    """Called early, it doesn't count as a failure."""
    clock = SetClock()
    node = Node(wanted, clock)
    node.renewal.work()
    due_at = node.renewal.due_at
    node.renewal.work()
    assert node.renewal.due_at == due_at


def test_a_new_process_goes_on_waiting(wanted: CertificateOrder) -> None:
    """Who starts the server over and over doesn't ask the authority over and over, unless something was changed."""
    clock = SetClock()
    first = Node(wanted, clock)
    first.renewal.work()
    later = Node(wanted, clock)
    assert later.renewal.due_at > clock.now()
    later.renewal.hurry()
    assert later.renewal.due_at <= clock.now()
    changed = replace(wanted, settings=replace(wanted.settings, email="a@b.example"))
    assert Node(changed, clock).renewal.due_at <= clock.now()


def test_a_kept_certificate_is_left_alone(wanted: CertificateOrder) -> None:
    """Nobody is asked until two thirds of its life are over, or, every six hours, whether to renew earlier."""
    clock = SetClock()
    keep_one(wanted, clock)
    node = Node(wanted, clock)
    assert node.renewal.due_at == clock.now() + 6 * 3600
    clock.advance(6 * 3600)
    node.renewal.work()  # the authority isn't there to be asked
    assert node.renewal.due_at == clock.now() + 6 * 3600
    clock.advance(LIFETIME_S * 0.7)
    before = wanted.settings.certificate.read_bytes()
    node.renewal.work()
    assert node.renewal.due_at > clock.now()
    assert wanted.settings.certificate.read_bytes() == before


def test_a_damaged_certificate_is_replaced(wanted: CertificateOrder) -> None:
    """What can't be used counts as none."""
    wanted.settings.certificate.write_text("nonsense")
    assert Node(wanted, SetClock()).renewal.due_at == 0.0
