"""The configuration: real-looking files of ten years, what is noticed in them, and what is refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.server.config.config import Config, ConfigError, Settings, Where, merge, parse_config

sys.path.insert(0, str(Path(__file__).parent))
from config_summary import summary

_VECTORS = Path(__file__).parents[2] / "vectors" / "config"
_GOOD = json.loads((_VECTORS / "good.json").read_text(encoding="utf-8"))
_BAD = json.loads((_VECTORS / "bad.json").read_text(encoding="utf-8"))


def _text(path: Path) -> str:
    return path.read_bytes().decode()  # text mode would hide carriage returns


def test_the_corpus_is_complete() -> None:
    """Each file has its expectation and each expectation its file, fifty at least."""
    assert {path.name for path in (_VECTORS / "good").iterdir()} == set(_GOOD)
    assert {path.name for path in (_VECTORS / "bad").iterdir()} == set(_BAD)
    assert len(_GOOD) >= 50


@pytest.mark.parametrize("name", sorted(_GOOD))
def test_good_files(name: str) -> None:
    """A file gives exactly the values and notices that are expected of it, defaults left aside."""
    assert summary(parse_config(_text(_VECTORS / "good" / name), name)) == _GOOD[name]


@pytest.mark.parametrize("name", sorted(_BAD))
def test_bad_files(name: str) -> None:
    """A file with a mistake is refused with its name, the line and the column, and what was expected."""
    with pytest.raises(ConfigError, match=r"expected .*, found ") as caught:
        parse_config(_text(_VECTORS / "bad" / name), name)
    assert caught.value.where == Where(name, *_BAD[name])
    assert caught.value.text.startswith(f"{name}:{_BAD[name][0]}:{_BAD[name][1]}: ")


def test_networks_of_ipv4_in_the_form_of_ipv6() -> None:
    """A block of IPv4 that is mapped into IPv6 is that block: clients of IPv4 come as such through every socket."""
    text = 'listener "tcp" { x_forwarded_for_authorized_addrs = "::ffff:10.0.0.0/104,2001:db8::/32,10.1.2.3/16" }'
    (listener,) = parse_config(text, "f").listeners
    assert [str(network) for network in listener.x_forwarded_for_authorized_addrs] == [
        "10.0.0.0/8",
        "2001:db8::/32",
        "10.1.0.0/16",
    ]


def test_defaults() -> None:
    """A listener that says nothing has Vault's defaults."""
    (listener,) = parse_config('listener "tcp" {}', "f").listeners
    assert (listener.address, listener.tls_min_version, listener.tls_disable) == ("127.0.0.1:8200", "tls12", False)
    assert (listener.http_idle_timeout_s, listener.http_read_header_timeout_s, listener.http_read_timeout_s) == (
        300,
        10,
        30,
    )
    assert (listener.max_request_size_bytes, listener.max_request_duration_s) == (32 * 1024 * 1024, 0)
    assert (listener.x_forwarded_for_reject_not_authorized, listener.x_forwarded_for_reject_not_present) == (True, True)
    assert parse_config("", "f") == Config()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        *(("true", True), ('"true"', True), ("1", True), ('"1"', True), ('"T"', True)),
        *(("false", False), ('"False"', False), ("0", False), ('"0"', False), ('""', False)),
    ],
)
def test_loose_booleans(written: str, expected: bool) -> None:
    """A boolean may be a word, a number, or either in quotes."""
    assert parse_config(f"disable_cache = {written}", "f").settings.disable_cache is expected


@pytest.mark.parametrize("written", ['"yes"', "2", "1.0", "[]", "{}", '" true"'])
def test_no_booleans(written: str) -> None:
    """Whatever else stands there is refused rather than taken for false."""
    with pytest.raises(ConfigError, match="expected a boolean"):
        parse_config(f"disable_cache = {written}", "f")


@pytest.mark.parametrize(
    ("written", "expected"), [('"768h"', 2764800), ("3600", 3600), ('"90"', 90), ('"30d"', 2592000)]
)
def test_durations(written: str, expected: int) -> None:
    """A lease time is a number of seconds or a duration with units."""
    assert parse_config(f"max_lease_ttl = {written}", "f").settings.max_lease_ttl_s == expected


def test_notices_name_file_and_line() -> None:
    """An unknown key is no refusal; its notice reads like a compiler's."""
    config = parse_config('ui = true\nfoo = 1\nlistener "tcp" {\n  bar = 2\n}\n', "a.hcl")
    assert [str(notice) for notice in config.notices] == [
        "a.hcl:2:1: unknown or unsupported field foo",
        'a.hcl:4:3: unknown or unsupported field bar in listener "tcp"',
    ]


def test_no_secret_shows_in_a_repr() -> None:
    """Whatever holds passwords stays out of `repr`, and out of notices."""
    config = parse_config(
        'storage "mysql" { password = "CANARY-1" retry_join { leader_client_key = "CANARY-2" } }\n'
        'seal "pkcs11" { pin = "CANARY-3" }\nlicense = "CANARY-4"\n'
        'telemetry { circonus_api_token = "CANARY-5" }\n'
        'listener "tcp" { tls_acme_eab_mac_key = "CANARY-6" }\n'
        'audit "http" "x" { options { authorization = "CANARY-7" } }\n'
        'initialize "a" { token = "CANARY-8" }\nunknown = "CANARY-9"\n',
        "f",
    )
    assert config.storage is not None
    assert config.storage.options["password"] == "CANARY-1"
    assert "CANARY" not in repr(config)
    assert "CANARY" not in "".join(str(notice) for notice in config.notices)


def test_merging() -> None:
    """Later files win, switches stay on, ceilings grow, listeners and seals add up."""
    first = parse_config(
        'storage "file" { path = "/a" }\nui = true\nmax_lease_ttl = "2h"\ndefault_lease_ttl = "1h"\napi_addr = "http://one"\n'
        'cluster_name = "c"\nplugins = ["x", "y"]\nlistener "tcp" { address = "one:1" }\nseal "transit" {}\nfoo = 1\n'
        "telemetry { disable_hostname = true }",
        "1.hcl",
    )
    second = parse_config(
        'storage "raft" { path = "/b" }\nui = false\nmax_lease_ttl = "1h"\ndefault_lease_ttl = "3h"\napi_addr = "http://two"\n'
        'plugins = ["y", "z"]\nlistener "tcp" { address = "two:1" }\nseal "awskms" {}\nbar = 1',
        "2.hcl",
    )
    merged = merge([first, second])
    assert merged.storage is not None
    assert merged.storage.type == "raft"
    assert merged.settings == Settings(
        ui=True,
        max_lease_ttl_s=7200,
        default_lease_ttl_s=10800,
        api_addr="http://two",
        cluster_name="c",
        plugins=("x", "y", "z"),
    )
    assert [listener.address for listener in merged.listeners] == ["one:1", "two:1"]
    assert [seal.type for seal in merged.seals] == ["transit", "awskms"]
    assert [str(notice) for notice in merged.notices] == [
        "1.hcl:10:1: unknown or unsupported field foo",
        "2.hcl:9:1: unknown or unsupported field bar",
        "2.hcl:1:9: storage takes the place of the one at 1.hcl:1:9, as a whole",
    ]
    assert merged.telemetry == first.telemetry
    assert merge([]) == Config()


def test_merging_refuses_two_seals_of_one_name() -> None:
    """Two files can't both describe the same seal."""
    seal = 'seal "awskms" {}'
    with pytest.raises(ConfigError, match=r"2\.hcl:1:6: .*different names"):
        merge([parse_config(seal, "1.hcl"), parse_config(seal, "2.hcl")])


_FRAGMENTS = st.sampled_from(
    [
        *(
            "storage",
            "listener",
            '"tcp"',
            '"unix"',
            "{",
            "}",
            "[",
            "]",
            "=",
            ",",
            "\n",
            "1",
            '"a"',
            "true",
            "null",
            ":",
        ),
        *(":", "seal", "audit", "telemetry", "user_lockout", "ui", "custom_response_headers", "socket_mode", '"name"'),
        *("retry_join", "options", "max_lease_ttl", "plugins", "x_forwarded_for_authorized_addrs", "max_request_size"),
    ]
)


@given(st.lists(_FRAGMENTS, max_size=25).map(" ".join))
@settings(max_examples=500)
def test_any_text_is_a_configuration_or_refused(text: str) -> None:
    """No text raises anything but `ConfigError`."""
    try:
        parse_config(text, "f")
    except ConfigError:
        return
