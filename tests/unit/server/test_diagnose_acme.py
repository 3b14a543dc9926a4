"""What the diagnosis says of a certificate by ACME whose authority can't be reached."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.ports import free_port

from strongroom.crypto.x509 import Authority
from strongroom.lib.secret import Secret
from strongroom.server.certificates import cache
from strongroom.server.certificates.settings import acme_settings
from strongroom.server.config.config import Listener, Where
from strongroom.server.diagnose.result import Status
from strongroom.server.diagnose.tls import check_tls

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def listener(tmp_path: Path) -> Listener:
    """Asks an authority that isn't there."""
    return Listener(
        "tcp",
        Where("f", 1),
        tls_acme_cache_path=str(tmp_path / "acme"),
        tls_acme_domains=("a.example",),
        tls_acme_ca_directory=f"http://127.0.0.1:{free_port()}/directory",
    )


@pytest.mark.parametrize(
    ("days_ago", "warnings"),
    [
        (1, ["Connection refused"]),
        (80, ["expires on 2026-01-11 and isn't renewed yet, and 4 attempts failed", "Connection refused"]),
        (91, ["expired on 2025-12-31, and 4 attempts failed", "Connection refused"]),
    ],
)
def test_dates(listener: Listener, days_ago: int, warnings: list[str]) -> None:
    """A certificate is due after two thirds of its life, and a failure doesn't stop it from being served."""
    settings = acme_settings(listener)
    cache.prepare(settings.cache)
    since = NOW - timedelta(days=days_ago)
    until = since + timedelta(days=90)
    pair = Authority.make("Root", since, until).issue(["a.example"], since, until)
    cache.keep_certificate(settings, Secret(pair.key_pem.reveal() + pair.certificate_pem))
    cache.keep_retry(settings, 4, 0.0)
    found = check_tls(listener, NOW)
    assert found.status is Status.WARN
    assert [part in told for part, told in zip(warnings, found.warnings, strict=True)] == [True] * len(warnings)


def test_nothing_is_made(listener: Listener) -> None:
    """Looking doesn't leave a directory behind."""
    found = check_tls(listener, NOW)
    assert "there is no certificate yet" in found.warnings[0]
    assert not Path(listener.tls_acme_cache_path).exists()


def test_what_fails(listener: Listener) -> None:
    """Settings that keep the server from starting, and files that can't be trusted, are failures."""
    settings = acme_settings(listener)
    cache.prepare(settings.cache)
    settings.cache.chmod(0o777)
    assert "others can write to" in check_tls(listener, NOW).message
    settings.cache.chmod(0o700)
    settings.certificate.write_text("nonsense")
    settings.certificate.chmod(0o600)
    found = check_tls(listener, NOW)
    assert (found.status, "there is no certificate" in found.message) == (Status.FAIL, True)
