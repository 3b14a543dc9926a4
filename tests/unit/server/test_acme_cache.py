"""What is kept of ACME on disk: whose it is, when it is complete, and what isn't believed."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from strongroom.crypto.tls_certificates import CertificateUnusable
from strongroom.crypto.x509 import Authority
from strongroom.lib.secret import Secret
from strongroom.server.certificates import cache
from strongroom.server.certificates.settings import AcmeError, AcmeSettings, acme_settings
from strongroom.server.config.config import Listener, Where

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> AcmeSettings:
    """Settings with a prepared cache."""
    listener = Listener(
        "tcp", Where("f", 1), tls_acme_cache_path=str(tmp_path / "acme"), tls_acme_domains=("a.example",)
    )
    found = acme_settings(listener)
    cache.prepare(found.cache)
    return found


def issued(*names: str) -> bytes:
    """Key and certificate."""
    pair = Authority.make("Root", NOW, NOW + timedelta(days=9)).issue(names, NOW, NOW + timedelta(days=3))
    return pair.key_pem.reveal() + pair.certificate_pem


def test_a_certificate_comes_back(settings: AcmeSettings) -> None:
    """With its key, and with when it counts; before there is one there is none."""
    assert cache.certificate(settings) is None
    pem = issued("a.example", "more.example")
    cache.keep_certificate(settings, Secret(pem))
    found = cache.certificate(settings)
    assert found is not None
    assert found[0] == pem
    assert found[1].not_after - found[1].not_before == 3 * 86400
    assert stat.S_IMODE(settings.certificate.stat().st_mode) == 0o600


def test_what_serves_nobody_is_not_kept(settings: AcmeSettings) -> None:
    """Another name's certificate, another key's, or none at all doesn't take the place of one that serves."""
    good = issued("a.example")
    cache.keep_certificate(settings, Secret(good))
    other = issued("a.example")
    mixed = good[: good.index(b"-----BEGIN CERT")] + other[other.index(b"-----BEGIN CERT") :]
    for bad in (issued("b.example"), mixed, b"", good[good.index(b"-----BEGIN CERT") :]):
        with pytest.raises(CertificateUnusable):
            cache.keep_certificate(settings, Secret(bad))
    assert settings.certificate.read_bytes() == good
    assert len(list(settings.certificate.parent.iterdir())) == 1


def test_a_damaged_certificate_is_not_believed(settings: AcmeSettings) -> None:
    """It is told from none, so that the log can say so."""
    settings.certificate.write_bytes(issued("a.example")[:300])
    with pytest.raises(CertificateUnusable):
        cache.certificate(settings)


def test_others_are_kept_out(tmp_path: Path) -> None:
    """A cache that others can write to is refused, but for one like /tmp, and directories in it are made private."""
    place = tmp_path / "open"
    place.mkdir()
    place.chmod(0o777)
    with pytest.raises(AcmeError, match="chmod go-w"):
        cache.prepare(place)
    place.chmod(0o1777)
    (place / "accounts").mkdir(mode=0o755)
    cache.prepare(place)
    assert {stat.S_IMODE(part.stat().st_mode) for part in place.iterdir()} == {0o700}


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Somebody else's link in a shared directory leads nowhere."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "accounts").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AcmeError, match="is not a directory"):
        cache.prepare(tmp_path)


def test_failures_are_remembered(settings: AcmeSettings) -> None:
    """For the same settings only: who corrected something needn't wait."""
    assert cache.retry(settings) is None
    cache.keep_retry(settings, 3, 500.0)
    found = cache.retry(settings)
    assert found is not None
    assert (found.failures, found.not_before) == (3, 500.0)
    assert cache.retry(replace(settings, email="a@b.example")) is None
    cache.forget_retry(settings)
    assert cache.retry(settings) is None


def test_one_server_at_a_time(settings: AcmeSettings) -> None:
    """A cache is claimed until whoever did is gone."""
    claimed = cache.lock(settings.cache)
    assert claimed is not None
    assert cache.lock(settings.cache) is None
    os.close(claimed)
    again = cache.lock(settings.cache)
    assert again is not None
    os.close(again)


def test_challenges_are_where_listeners_look(settings: AcmeSettings) -> None:
    """By name, until they are cleared."""
    cache.keep_challenge(settings, "a.example", Secret(b"proof"))
    assert settings.proofs.file("a.example").read_bytes() == b"proof"
    cache.clear_challenges(settings)
    assert not settings.proofs.file("a.example").exists()
