"""What a listener's stanza says about a certificate by ACME, and what it mustn't say."""

from __future__ import annotations

from pathlib import Path

import pytest

from strongroom.server.certificates.settings import (
    LETS_ENCRYPT,
    acme_settings,
    uses_acme,
    wanted,
    with_cache,
)
from strongroom.server.config.config import Config, ConfigError, Listener, merge, parse_config
from strongroom.server.messages.companions import StartCertificates, ToCertificates
from strongroom.server.messages.framing import Framing, pack
from strongroom.server.messages.log_settings import LogSettings


def config(*lines: str, storage: str = 'storage "inmem" {}', address: str = "0.0.0.0:8200") -> Config:
    """A configuration with one listener."""
    text = "\n  ".join(
        ("", f'address = "{address}"', 'tls_acme_cache_path = "/c"', 'tls_acme_domains = ["b.example"]', *lines)
    )
    return parse_config(f'{storage}\nlistener "tcp" {{{text}\n}}\n', "a.hcl")


def one(*lines: str) -> Listener:
    """That listener."""
    return config(*lines).listeners[0]


def test_defaults() -> None:
    """Names are enough: the authority is Let's Encrypt, both kinds of proof are allowed, keys are on P-256."""
    settings = acme_settings(one())
    assert settings.directory == LETS_ENCRYPT
    assert (settings.http, settings.alpn, settings.http_port, settings.key_type) == (True, True, 80, "p256")
    assert settings.certificate.parent == Path("/c/certificates")


def test_names_in_any_spelling_are_one_certificate() -> None:
    """Order, case and a final dot don't make another certificate; a name more does."""
    same = acme_settings(one('tls_acme_domains = ["B.example.", "a.example"]'))
    assert same.name == acme_settings(one('tls_acme_domains = ["a.example", "b.example", "b.example"]')).name
    assert same.name != acme_settings(one('tls_acme_domains = ["a.example"]')).name


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("tls_acme_domains = []", "tls_acme_domains is needed"),
        ('tls_acme_domains = ["*.example"]', "wildcard"),
        ('tls_acme_domains = ["192.0.2.1"]', "is an address"),
        ('tls_acme_domains = ["::1"]', "is an address"),
        ('tls_acme_domains = ["bücher.example"]', "xn--"),
        ('tls_acme_domains = ["a/../b"]', "is no host name"),
        ('tls_acme_domains = ["a..b"]', "is no host name"),
        ('tls_acme_domains = [""]', "is no host name"),
        ('tls_acme_ca_directory = "acme.example"', "is no URL"),
        ('tls_acme_ca_directory = "http://acme.example/dir"', "must begin with https://"),
        ('tls_acme_test_ca_directory = "http://10.0.0.1/dir"', "must begin with https://"),
        ('tls_acme_key_type = "p12"', "choose of p256"),
        ('tls_acme_eab_key_id = "k"', "need one another"),
        ('tls_acme_eab_key_id = "k"\n  tls_acme_eab_mac_key = "a+b"', "no base64url"),
        ("tls_acme_http_challenge_port = 70000", "is no port"),
        (
            "tls_acme_disable_http_challenge = true\n  tls_acme_disable_alpn_challenge = true",
            "leave nothing to prove with",
        ),
        ('tls_acme_cache_path = ""', "tls_acme_cache_path is needed"),
    ],
)
def test_refuses(line: str, why: str) -> None:
    """What can't be asked of an authority is said with its place."""
    with pytest.raises(ConfigError, match=f"^a.hcl:2:.*{why}"):
        wanted(config(line).listeners)


def test_this_machine_may_be_asked_in_clear() -> None:
    """A directory of this machine itself needs no TLS."""
    for host in ("127.0.0.1", "localhost", "[::1]"):
        assert acme_settings(one(f'tls_acme_ca_directory = "http://{host}:8210/dir"'))


def test_a_file_comes_first() -> None:
    """A listener with a certificate of its own asks for none; nor does one without TLS, or without any such key."""
    assert uses_acme(one())
    assert not uses_acme(one('tls_cert_file = "c.pem"', 'tls_key_file = "k.pem"'))
    assert not uses_acme(one("tls_disable = true"))
    assert not uses_acme(Listener("tcp", one().where))


def test_listeners_with_the_same_settings_share() -> None:
    """They are one certificate with two places to answer at."""
    both = merge([config(), config(address="127.0.0.1:443")])
    [found] = wanted(both.listeners)
    assert found.hosts == ("0.0.0.0", "127.0.0.1")
    assert found.tls_port


def test_a_challenge_host_takes_the_listeners_place() -> None:
    """HTTP challenges are answered where it says."""
    [found] = wanted(config('tls_acme_challenge_host = "192.0.2.1"').listeners)
    assert found.hosts == ("192.0.2.1",)


def test_one_certificate_has_one_kind_of_settings() -> None:
    """Two listeners can't ask for the same names in different ways."""
    both = merge([config(), config('tls_acme_email = "a@b.example"', address="127.0.0.1:443")])
    with pytest.raises(ConfigError, match="the same certificate with other"):
        wanted(both.listeners)


@pytest.mark.parametrize(
    ("storage", "place"),
    [
        ('storage "sqlite" {\n  path = "/d"\n}', "/d/acme"),
        ('storage "file" {\n  path = "/d/strongroom.db"\n}', "/d/acme"),
        ('storage "postgresql" {\n  connection_url = "postgres://h/d"\n}', ""),
        ('storage "inmem" {}', ""),
    ],
)
def test_the_cache_is_beside_the_data(storage: str, place: str) -> None:
    """Unless the stanza names one; a store elsewhere has no such place."""
    found = with_cache(config('tls_acme_cache_path = ""', storage=storage))
    assert found.listeners[0].tls_acme_cache_path == place
    assert with_cache(config(storage=storage)).listeners[0].tls_acme_cache_path == "/c"


def test_settings_reach_the_other_process() -> None:
    """What is told over the socket comes out as it went in, and neither shows the account's key."""
    key = 'tls_acme_eab_key_id = "k"', 'tls_acme_eab_mac_key = "CANARY"'
    found = list(wanted(config(*key).listeners))
    start = StartCertificates(1, LogSettings("info", "standard", ""), tuple(found))
    [received] = Framing(ToCertificates).feed(pack(start))
    assert received == start
    assert "CANARY" not in repr(received)


def test_the_fingerprint_follows_every_setting() -> None:
    """Whatever is corrected after a failure, the next start doesn't wait for what failed before."""
    plain = acme_settings(one())
    for line in ('tls_acme_email = "a@b"', 'tls_acme_ca_root = "/r.pem"', "tls_acme_disable_http_challenge = true"):
        assert acme_settings(one(line)).fingerprint != plain.fingerprint
    assert plain.account(LETS_ENCRYPT) != acme_settings(one('tls_acme_email = "a@b"')).account(LETS_ENCRYPT)
