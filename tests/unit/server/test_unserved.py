"""Settings without effect are told, and those whose absence would make a node less safe are refused."""

from __future__ import annotations

import pytest

from strongroom.server.config.config import ConfigError, parse_config
from strongroom.server.unserved import notices, refuse

PLAIN = 'storage "inmem" {}\nlistener "tcp" {\n  address = "127.0.0.1:8200"\n  tls_disable = true\n}\n'


def test_a_plain_configuration_passes() -> None:
    """What is served is neither refused nor noticed; nor is a stanza of the seal that there is."""
    config = parse_config(PLAIN + 'disable_mlock = true\nworkers = 2\nseal "shamir" {}\n', "a.hcl")
    refuse(config)
    assert list(notices(config)) == []


@pytest.mark.parametrize(
    ("stanza", "why"),
    [
        ('seal "awskms" {}', '^a.hcl:6:.*the seal type "awskms" is not supported'),
        ('audit "file" "main" {}', '^a.hcl:6:.*file_path is required: in the options of audit "file" "main"'),
        (
            'audit "file" { options { file_path = "/a" } }',
            'file_path is required: in the options of audit "file" "options"',
        ),
        ('audit "file" "main" { options { file_path = "/dev/shm/a" } }', "^a.hcl:6:.*the kernel"),
        (
            'audit "file" "a" { options { file_path = "/srv/x/../a" } }\n'
            'audit "file" "b" { options { file_path = "/srv/a" } }',
            '^a.hcl:7:.*the file is that of audit "file" "a"',
        ),
        ('audit "kafka" "main" {}', "^a.hcl:6:.*audit device of type file, http, socket or syslog"),
        ('audit "file" "main" { options { file_path = "/a" mode = "0666" } }', "^a.hcl:6:.*0640 is the most"),
        ('audit "file" "main" { options { file_path = "/a" prefix = "x" } }', "^a.hcl:6:.*allow_audit_log_prefixing"),
        (
            'listener "tcp" {\n  address = ":1"\n  tls_acme_domains = ["a.example"]\n}',
            "^a.hcl:6:.*tls_acme_cache_path is needed",
        ),
    ],
)
def test_refuses_what_would_be_missed(stanza: str, why: str) -> None:
    """A seal that can't open, an audit log that wouldn't be written, certificates that nobody gets."""
    with pytest.raises(ConfigError, match=why):
        refuse(parse_config(PLAIN + stanza, "a.hcl"))


def test_a_seal_on_its_way_out_is_no_reason() -> None:
    """A disabled seal is left alone."""
    refuse(parse_config(PLAIN + 'seal "awskms" {\n  disabled = true\n}', "a.hcl"))


@pytest.mark.parametrize(
    ("stanza", "text"),
    [
        ('log_requests_level = "info"', "log_requests_level has no effect in this server"),
        (
            'audit "file" "main" {\n  options {\n    file_path = "/a"\n    elide_list_response = "true"\n  }\n}',
            'a.hcl:6:14: elide_list_response in the options of audit "file" "main" has no effect in this server',
        ),
        ("log_rotate_duration = 60", "log_rotate_duration has no effect in this server"),
        (
            'listener "unix" {\n  address = "/a"\n  cors_enabled = true\n}',
            'a.hcl:6:10: cors_enabled in listener "unix" has no effect in this server',
        ),
        (
            'user_lockout "okta" {}',
            'a.hcl:6:14: user_lockout "okta" has no effect: no such logins are counted',
        ),
        (
            'ha_storage "consul" {}',
            'a.hcl:6:12: ha_storage "consul" has no effect: every node serves without it',
        ),
        (
            'service_registration "consul" {\n  address = "a"\n}',
            'a.hcl:6:22: service_registration "consul" has no effect: every node serves without it',
        ),
        (
            'listener "unix" {\n  address = "/a"\n  max_inflight_memory = "16MiB"\n}',
            "a.hcl:6:10: max_inflight_memory is less than max_request_size: no body that large is taken",
        ),
    ],
)
def test_notices_the_rest(stanza: str, text: str) -> None:
    """Each setting that changes nothing is told once, with its place where it has one."""
    assert list(notices(parse_config(PLAIN + stanza, "a.hcl"))) == [text]


def test_notices_what_a_store_does_not_know() -> None:
    """Options of a storage stanza that its type has not are told; the addresses that old files have there count."""
    text = """
      storage "postgresql" {
        connection_url = "postgresql://localhost/x"
        ha_enabled = "true"
        redirect_addr = "https://a.example:8200"
        max_idle_connections = 5
      }
      listener "tcp" { tls_disable = true }
    """
    assert list(notices(parse_config(text, "a.hcl"))) == [
        f'a.hcl:{line}:9: {name} in storage "postgresql" has no effect in this server'
        for line, name in ((4, "ha_enabled"), (6, "max_idle_connections"))
    ]
