"""What a development server starts, and what it refuses to be told."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from strongroom.server.arguments import ServeArguments
from strongroom.server.config.config import Config, parse_config
from strongroom.server.dev.plan import DevError, check_flags, dev_plan
from strongroom.server.dev.server import _keep_token
from strongroom.server.dev.tls import DevTls

TLS = DevTls(Path("/a/vault-ca.pem"), Path("/a/vault-cert.pem"), Path("/a/vault-key.pem"))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (ServeArguments(dev_leased_kv=True), "-dev-leased-kv is not supported"),
        (ServeArguments(dev=True, dev_tls_cert_dir="/a"), "-dev-tls-cert-dir needs -dev-tls"),
        (ServeArguments(dev=True, dev_root_token_id="hvs.a"), "-dev-root-token-id takes"),
        (ServeArguments(dev=True, dev_root_token_id="a b"), "-dev-root-token-id takes"),
        (ServeArguments(dev=True, dev_root_token_id="ü"), "-dev-root-token-id takes"),
    ],
)
def test_refused_flags(arguments: ServeArguments, text: str) -> None:
    """A flag that can't be followed is refused by its name."""
    with pytest.raises(DevError, match=f"^{text}"):
        check_flags(arguments)


def test_accepted_flags() -> None:
    """The others pass."""
    check_flags(ServeArguments(dev=True, dev_root_token_id="root-1", dev_tls=True, dev_tls_cert_dir="/a"))


def test_plan() -> None:
    """One process, in memory, on the given address, without TLS."""
    planned = dev_plan(ServeArguments(dev=True, dev_listen_address=":8300"), Config(), None)
    (listener,) = planned.listeners
    assert (planned.storage_type, planned.workers) == ("inmem", 1)
    assert (listener.address, listener.tls_disable) == (":8300", True)
    assert planned.settings.api_address == "http://127.0.0.1:8300"


def test_plan_with_tls() -> None:
    """With TLS the listener has the certificate, and the API's address says so."""
    planned = dev_plan(ServeArguments(dev=True), Config(), TLS)
    (listener,) = planned.listeners
    assert not listener.tls_disable
    assert (listener.tls_cert_file, listener.tls_key_file) == ("/a/vault-cert.pem", "/a/vault-key.pem")
    assert planned.settings.api_address == "https://127.0.0.1:8200"


def test_configuration_counts() -> None:
    """What a configuration says counts for a development server too; only the store stays in memory."""
    text = 'api_addr = "http://a"\nmax_lease_ttl = 5000\nlistener "tcp" { address = "127.0.0.1:1" tls_disable = true }'
    planned = dev_plan(ServeArguments(dev=True), parse_config(text, "f"), None)
    assert [listener.address for listener in planned.listeners] == ["127.0.0.1:8200", "127.0.0.1:1"]
    assert (planned.settings.api_address, planned.settings.max_lease_ttl_s) == ("http://a", 5000)
    with pytest.raises(DevError, match="f:1:9: -dev keeps everything in memory"):
        dev_plan(ServeArguments(dev=True), parse_config('storage "sqlite" { path = "/a" }', "f"), None)


def test_the_token_is_kept_for_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file from an earlier time that others may read is no place for a token; nor is what a link leads to."""
    monkeypatch.setenv("HOME", str(tmp_path))
    kept, shared = tmp_path / ".vault-token", tmp_path / "shared"
    kept.write_text("earlier")
    kept.chmod(0o644)
    _keep_token("canary")
    assert (kept.read_text(), stat.S_IMODE(kept.stat().st_mode)) == ("canary", 0o600)
    kept.unlink()
    shared.write_text("")
    kept.symlink_to(shared)
    _keep_token("canary")
    assert (kept.read_text(), shared.read_text(), kept.is_symlink()) == ("canary", "", False)


def test_what_became_of_the_token_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token of another server is never replaced without a word, nor is one left where it isn't."""
    monkeypatch.setenv("HOME", str(tmp_path))
    kept = tmp_path / ".vault-token"
    assert _keep_token("canary") == f"It is kept in {kept}.\n"
    told = _keep_token("canary-2")
    assert told.startswith(f"It takes the place of the token in {kept} ")
    assert "-dev-no-store-token" in told
    kept.unlink()
    kept.mkdir()
    assert _keep_token("canary").startswith(f"It could not be kept in {kept}: ")
    assert "canary" not in told
