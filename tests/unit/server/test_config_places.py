"""What is wrong in a configuration is told with its place, and with what may have been meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from strongroom.server import sources, unserved
from strongroom.server.arguments import ServeArguments
from strongroom.server.config.config import Config, ConfigError, merge, parse_config
from strongroom.server.config.environment import apply_environment
from strongroom.server.dev.plan import dev_plan
from strongroom.server.diagnose.checks import validate
from strongroom.server.plan import PlanError, plan

ONE = 'listener "tcp" {\n  address = "127.0.0.1:8200"\n  tls_disable = true\n}\n'
STORE = 'storage "inmem" {}\n'


def test_a_listener_named_twice_in_a_file_is_told_with_both_lines() -> None:
    """The second one is told, and where the first one stands."""
    with pytest.raises(ConfigError, match=r"^a\.hcl:5:10: .*127\.0\.0\.1:8200 again: the first one is at a\.hcl:1:10"):
        parse_config(ONE + ONE, "a.hcl")


def test_a_listener_named_by_two_files_is_told_with_both_files() -> None:
    """Listeners of several files add up, so two files can want the same address."""
    with pytest.raises(ConfigError, match=r"^b\.hcl:1:10: .*the first one is at a\.hcl:1:10"):
        merge([parse_config(ONE, "a.hcl"), parse_config(ONE, "b.hcl")])


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("127.0.0.1:8200", "0.0.0.0:8200", True),
        (":8200", "[::1]:8200", True),
        ("localhost:8200", "LOCALHOST:8200", True),
        ("0.0.0.0:8200", "[::1]:8200", False),
        ("127.0.0.1:0", "127.0.0.1:0", False),
        ("127.0.0.1:8200", "127.0.0.2:8200", False),
        ("127.0.0.1:8200", "127.0.0.1:8201", False),
        ('{{ GetInterfaceIP \\"lo\\" }}:1', '{{ GetInterfaceIP \\"lo\\" }}:1', True),
    ],
)
def test_addresses_of_which_one_covers_the_other_are_the_same_place(one: str, other: str, clash: bool) -> None:
    """An address of all interfaces takes the port of each of them."""
    text = "".join(f'listener "tcp" {{ address = "{address}" }}\n' for address in (one, other))
    if clash:
        with pytest.raises(ConfigError, match=r"^a\.hcl:2:10: expected listeners with different addresses"):
            parse_config(text, "a.hcl")
    else:
        assert len(parse_config(text, "a.hcl").listeners) == 2


def test_a_listener_at_the_development_servers_own_address_is_told() -> None:
    """`-dev` has a listener of its own besides those of the files."""
    config = parse_config(ONE, "a.hcl")
    with pytest.raises(ConfigError, match=r"^a\.hcl:1:10: .*the first one is at -dev$"):
        dev_plan(ServeArguments(config=(), dev=True, dev_listen_address="127.0.0.1:8200"), config, None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('listener "tcp" {\n  address = "127.0.0.1:99999"\n}', r"f:2:13: .*a port from 0 to 65535, found .*99999"),
        ('listener "tcp" {\n  address = "127.0.0.1"\n}', r"f:2:13: .*expected host:port"),
        ('listener "tcp" {\n  address = "::1:8200"\n}', r"f:2:13: .*IPv6 address in brackets"),
        ('listener "tcp" {\n  cluster_address = "a:1x"\n}', r"f:2:21: cluster_address .*a port from 0"),
        ('listener "tpc" {}', r'f:1:10: .*expected a listener "tcp" or "unix", found "tpc"'),
        ("workers = -1", r"f:1:11: workers: expected a whole number from 0 to 1024, found -1"),
        ('listener "tcp" {\n  x_forwarded_for_hop_skips = -1\n}', r"f:2:31: .*at least 0, found -1"),
        ('listener "unix" {\n  address = "/a"\n  socket_mode = "77777"\n}', r'f:3:17: .*permissions such as "0600"'),
        ('max_lease_ttl = "2000000h"', r"f:1:17: max_lease_ttl: expected a duration of a century at the most"),
        ('storage "postgresql" {\n  max_parallel = "many"\n}', r"f:2:3: max_parallel .*found \"many\""),
        ('storage "postgresql" {\n  max_parallel = 0\n}', r"f:2:3: max_parallel .*found \"0\""),
        ('api_addr = "strongroom.example:8200"', r"f:1:12: api_addr: expected a URL such as"),
        ('api_addr = "https://$HOSTNAME:8200"', r"f:1:12: api_addr: expected a URL such as"),
        ('api_addr = "https://<NODE_IP>:8200"', r"f:1:12: api_addr: expected a URL such as"),
        ("api_addr = <<END\nhttps://a:8200\nEND\n", r"f:1:12: api_addr: expected a URL such as"),
        (
            'listener "tcp" {\n  address = "${POD_IP}:8200"\n}',
            r"f:2:13: .*a host name or an IP address before the port",
        ),
        ('listener "tcp" {\n  cluster_address = "a b:8201"\n}', r"f:2:21: cluster_address .*a host name or an IP"),
        ('api_addr = "https://a:99999"', r"f:1:12: api_addr: .*whose port or address is none"),
        ('user_lockout "all" {\n  lockout_threshold = -5\n}', r"f:2:23: .*at least 0, found -5"),
    ],
)
def test_values_out_of_range_are_told_with_their_place(text: str, told: str) -> None:
    """What could never work is refused when it is read, and not when a socket is opened."""
    with pytest.raises(ConfigError, match=f"^{told}"):
        parse_config(text, "f")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('\nlistner "tcp" {}', "f:2:1: unknown or unsupported field listner: did you mean `listener`?"),
        ("max_leese_ttl = 1", "f:1:1: unknown or unsupported field max_leese_ttl: did you mean `max_lease_ttl`?"),
        (
            'listener "tcp" {\n  telemetry {\n    metric_only = true\n  }\n}',
            "f:3:5: unknown or unsupported field metric_only in listener telemetry: did you mean `metrics_only`?",
        ),
        (
            'user_lockout "all" {\n  lockout_treshold = 3\n}',
            'f:2:3: unknown or unsupported field lockout_treshold in user_lockout "all": '
            "did you mean `lockout_threshold`?",
        ),
        (
            'storage "postgresql" {\n  conection_url = "a"\n}',
            'f:2:3: conection_url in storage "postgresql" has no effect in this server: did you mean `connection_url`?',
        ),
        (
            'storage "sqlite" {\n  path = "/a"\n  retry_join {\n    x = 1\n  }\n}',
            'f:3:3: retry_join in storage "sqlite" has no effect in this server',
        ),
        ("zzz = 1", "f:1:1: unknown or unsupported field zzz"),
        (
            "telemetry {\n  unauthenticated_metrics_access = true\n}",
            "f:2:3: unknown or unsupported field unauthenticated_metrics_access in telemetry: "
            "it belongs in the telemetry of a listener stanza",
        ),
        (
            'listener "tcp" {\n  default_lease_ttl = 1\n}',
            'f:2:3: unknown or unsupported field default_lease_ttl in listener "tcp": '
            "it belongs outside of all stanzas",
        ),
        (
            'listener "tcp" {\n  telemetry {\n    disable_hostname = true\n  }\n}',
            "f:3:5: unknown or unsupported field disable_hostname in listener telemetry: "
            "it belongs in the telemetry stanza outside of listeners",
        ),
        (
            'storage "sqlite" {\n  path = "/a"\n  path = "/b"\n}',
            'f:3:3: path is given again in storage "sqlite"; the last one counts',
        ),
        (
            'storage "sqlite" {\n  path = "${DATA}/a"\n}',
            'f:2:10: path in storage "sqlite" holds ${…}, which is taken as it is written: no variables are put in',
        ),
        (
            'audit "file" "a" {\n  options {\n    file_path = "/${X}"\n  }\n}',
            "f:3:17: file_path holds ${…}, which is taken as it is written: no variables are put in",
        ),
    ],
)
def test_unknown_keys_anywhere_are_told_with_what_may_be_meant(text: str, told: str) -> None:
    """File, line, and the key that is most like it; nothing where none is."""
    config = parse_config(text, "f")
    found = [str(notice) for notice in (*config.notices, *unserved.notices(config))]
    assert [text for text in found if text != "telemetry has no effect in this server"] == [told]


def test_a_variable_that_is_not_put_in_is_not_named() -> None:
    """It may be a part of a password that happens to look like one."""
    config = parse_config('storage "postgresql" {\n  connection_url = "postgres://u:${CANARY}@h/d"\n}', "f")
    assert [notice.where.line for notice in config.notices] == [2]
    assert "CANARY" not in str(config.notices)


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8200", ":8200", "[::1]:8200", "[fe80::1%eth0]:8200", "vault_1.x-y:8200"]
)
def test_hosts_that_may_be_are_taken(address: str) -> None:
    """Names, with the underscores that container networks have, and addresses."""
    assert parse_config(f'listener "tcp" {{ address = "{address}" }}', "f").listeners[0].address == address


def test_a_stanza_that_a_later_file_replaces_is_told_with_what_is_lost() -> None:
    """Stanzas of one name aren't put together, as many expect: the later one counts, and nothing of the earlier."""
    first = parse_config('storage "postgresql" {\n  connection_url = "postgres://u@h/d"\n  table = "t"\n}', "a.hcl")
    second = parse_config('storage "postgresql" {\n  max_parallel = 8\n}', "b.hcl")
    assert [str(notice) for notice in merge([first, second]).notices] == [
        "b.hcl:1:9: storage takes the place of the one at a.hcl:1:9, as a whole; "
        "its connection_url, table count no more"
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (STORE + ONE + 'default_lease_ttl = "48h"\nmax_lease_ttl = "24h"', "default_lease_ttl is greater than max_"),
        (STORE + ONE + "audit_spool_max_size = 1", "audit_spool_max_size is 1: it takes"),
        (STORE + 'listener "tcp" {}', "the listener needs tls_cert_file and tls_key_file"),
        ('listener "tcp" {}', "the listener needs tls_cert_file and tls_key_file"),
    ],
)
def test_validate_config_fails_on_settings_that_do_not_fit_together(tmp_path: Path, text: str, told: str) -> None:
    """What ends a server's start is found on the machine where the file is written."""
    file = tmp_path / "a.hcl"
    file.write_text(text)
    document, code = validate((str(file),))
    assert code == 1
    assert told in document["message"]


def test_validate_config_takes_a_part_of_a_configuration(tmp_path: Path) -> None:
    """A file of a directory may hold a stanza only."""
    file = tmp_path / "a.hcl"
    file.write_text(STORE)
    assert validate((str(file),))[1] == 0


def test_a_mistyped_stanza_is_named_where_its_absence_ends_the_start() -> None:
    """Who wrote `listner` is told so, and not only that there is no listener."""
    config = parse_config(STORE + 'listner "tcp" {}', "a.hcl")
    with pytest.raises(PlanError, match=r"(?s)a listener stanza is needed.*a\.hcl:2:1: .*did you mean `listener`\?"):
        plan(config, 1)


def test_variables_are_checked_like_the_file() -> None:
    """A value out of range is told with the variable's name."""
    with pytest.raises(ConfigError, match=r"^\$VAULT_API_ADDR:1:1: api_addr: expected a URL"):
        apply_environment(Config(), {"VAULT_API_ADDR": "https://a:99999"})
    with pytest.raises(ConfigError, match=r"^\$BAO_API_ADDR:1:1: expected a function of address templates"):
        apply_environment(Config(), {"BAO_API_ADDR": "http://{{ GetNothing }}:8200"})


def test_validate_config_tells_the_same(tmp_path: Path) -> None:
    """`operator validate-config` fails with the place of what the server would refuse."""
    file = tmp_path / "a.hcl"
    file.write_text(STORE + ONE + ONE)
    document, code = validate((str(file),))
    assert code == 1
    assert f"{file}:6:10: expected listeners with different addresses" in str(document)


def test_an_empty_directory_is_enough_for_development_alone(tmp_path: Path) -> None:
    """`-dev -config=DIR` starts without any file; without `-dev` the error names the directory and what it lacks."""
    (tmp_path / "config.yaml").write_text("")
    assert sources.read((str(tmp_path),), {}, may_be_empty=True).texts == ()
    with pytest.raises(sources.SourceError, match=f"{tmp_path} holds no file that ends in .hcl or .json"):
        sources.read((str(tmp_path),), {})


def test_a_file_that_is_named_twice_counts_once(tmp_path: Path) -> None:
    """By its directory and by itself: its listeners aren't in their own way."""
    file = tmp_path / "a.hcl"
    file.write_text(STORE + ONE)
    found = sources.read((str(tmp_path), str(file)), {})
    assert len(sources.load(found).listeners) == 1
