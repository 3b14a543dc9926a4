"""The configuration of the agent: what the documentation shows is read, and what is wrong is told with its place."""

from __future__ import annotations

import json

import pytest

from strongroom.agent.config.config import AgentConfig, check, check_purpose, merge, overwritten
from strongroom.agent.config.reading import parse_config
from strongroom.server.config.reader import ConfigError

WHOLE = """
pid_file = "./pidfile"
exit_after_auth = true
log_level = "debug"

vault {
  address = "https://vault.example.com:8200"
  tls_skip_verify = "true"
  retry { num_retries = 5 }
}

auto_auth {
  method "approle" {
    mount_path = "auth/machines"
    min_backoff = "2s"
    max_backoff = "1m"
    config = {
      role_id_file_path = "/etc/role"
      remove_secret_id_file_after_reading = false
    }
  }
  sink "file" {
    wrap_ttl = "5m"
    aad_env_var = "AAD"
    dh_type = "curve25519"
    dh_path = "/tmp/public"
    config = { path = "/tmp/token", mode = 0640 }
  }
  sink { type = "file", config { path = "/tmp/other" } }
}

cache {
  persist "file" { path = "/var/lib/agent", key_file = "/etc/key" }
}

api_proxy { use_auto_auth_token = "force" }

listener "unix" {
  address = "/run/agent.sock"
  socket_mode = "0600"
  require_request_header = true
}
listener "tcp" {
  address = "127.0.0.1:8100"
  tls_disable = true
  role = "metrics_only"
  agent_api { enable_quit = true }
}

template {
  source = "/etc/t.ctmpl"
  destination = "/etc/t"
  perms = 0600
  wait { min = "2s", max = "60s" }
  exec { command = ["systemctl", "reload", "web"], timeout = "5s" }
}
template { contents = "{{ 1 }}", destination = "/etc/u", left_delimiter = "<<", engine = "jinja", renew_at = 0.67 }
template_config {
  static_secret_render_interval = "10m"
  lease_renewal_threshold = 0.8
}
turns { path = "turns/web", splay = "30s", health_command = "curl -f http://localhost/" }
"""


def _read(text: str) -> AgentConfig:
    config = merge([parse_config(text, "agent.hcl")])
    check(config)
    return config


def test_a_whole_configuration() -> None:
    """Each stanza of the documentation is read, in each of the ways in which it may be written."""
    config = _read(WHOLE)
    assert config.notices == ()
    assert config.top.exit_after_auth
    assert config.server.address == "https://vault.example.com:8200"
    assert config.server.tls_skip_verify is True
    assert config.server.retry.num_retries == 5
    auto = config.auto_auth
    assert auto is not None
    assert (auto.method.type, auto.method.mount_path, auto.method.min_backoff_s) == ("approle", "auth/machines", 2)
    assert auto.method.config == {"role_id_file_path": "/etc/role", "remove_secret_id_file_after_reading": False}
    assert [sink.config["path"] for sink in auto.sinks] == ["/tmp/token", "/tmp/other"]
    assert (auto.sinks[0].wrap_ttl_s, auto.sinks[0].dh_type) == (300, "curve25519")
    assert config.cache is not None
    assert config.cache.persist is not None
    assert (config.cache.persist.type, config.cache.persist.path) == ("file", "/var/lib/agent")
    assert config.api_proxy is not None
    assert config.api_proxy.use_auto_auth_token == "force"
    assert [(each.type, each.socket_mode) for each in config.listeners] == [("unix", 0o600), ("tcp", None)]
    assert config.listeners[1].agent_api.enable_quit
    first, second = config.templates
    assert first.wait is not None
    assert (first.perms, first.wait.min_s, first.wait.max_s) == (0o600, 2, 60)
    assert first.exec is not None
    assert (first.exec.command, first.exec.timeout_s) == (("systemctl", "reload", "web"), 5)
    assert (second.left_delimiter, second.engine, second.renew_at) == ("<<", "jinja", 0.67)
    assert config.template_config.static_secret_render_interval_s == 600
    assert config.template_config.lease_renewal_threshold == 0.8
    assert config.turns is not None
    assert (config.turns.path, config.turns.splay_s) == ("turns/web", 30)


def test_json_is_the_same() -> None:
    """Generators write JSON, with lists where HCL repeats a stanza."""
    config = _read(
        json.dumps(
            {
                "auto_auth": [
                    {
                        "method": [{"type": "kubernetes", "config": {"role": "web"}}],
                        "sinks": [{"sink": [{"type": "file", "config": {"path": "/tmp/token"}}]}],
                    }
                ],
                "template": [{"contents": "a", "destination": "/a"}, {"contents": "b", "destination": "/b"}],
                "listener": [{"tcp": {"address": "127.0.0.1:1", "tls_disable": True}}],
            }
        )
    )
    assert config.auto_auth is not None
    assert config.auto_auth.method.type == "kubernetes"
    assert [sink.type for sink in config.auto_auth.sinks] == ["file"]
    assert [each.destination for each in config.templates] == ["/a", "/b"]
    assert config.listeners[0].address == "127.0.0.1:1"


def test_levels_of_the_log_are_words_in_any_case() -> None:
    """INFO is common; another word is told with its place."""
    assert [_read(f'log_level = "{word}"').top.log_level for word in ("INFO", "Debug", "err")] == [
        "info",
        "debug",
        "err",
    ]
    with pytest.raises(ConfigError, match=r'^agent.hcl:1:13: log_level: expected one of trace, .*, found "loud"$'):
        _read('log_level = "loud"')


def test_files_are_put_together() -> None:
    """Templates and listeners add up; what a later file sets counts, and what it leaves out stays."""
    one = parse_config('vault { address = "http://a" }\ntemplate { contents = "a", destination = "/a" }', "1.hcl")
    two = parse_config('vault { namespace = "n" }\ntemplate { contents = "b", destination = "/b" }', "2.hcl")
    merged = merge([one, two])
    assert (merged.server.address, merged.server.namespace) == ("http://a", "n")
    assert [each.destination for each in merged.templates] == ["/a", "/b"]


_METHOD = 'auto_auth { method "token_file" { config { token_file_path = "/t" } } }\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("auto_auth { }", "agent.hcl:1:1: expected one method stanza in auto_auth, found none"),
        ('auto_auth { method "a" {} method "b" {} }', "expected one method stanza in auto_auth, found 2"),
        ("auto_auth { method { } }", "expected the type of method"),
        ('auto_auth { method "a" {} sink "inmem" {} }', 'expected a sink "file", found "inmem"'),
        ('auto_auth { method "a" {} sink "file" { dh_type = "curve25519" } }', "expected both dh_type and dh_path"),
        ('auto_auth { method "a" { min_backoff = "10s", max_backoff = "1s" } }', "expected a max_backoff of at least"),
        (_METHOD + _METHOD, "expected one auto_auth stanza, found another"),
        ('template { contents = "a", destination = "/a" }', "expected auto_auth, found none"),
        (_METHOD + 'template { destination = "/a" }', "expected source or contents in template, found neither"),
        (_METHOD + 'template { source = "a", contents = "b", destination = "/a" }', "in template, found both"),
        (_METHOD + 'template { contents = "b" }', 'expected "destination" in template, found none'),
        (_METHOD + 'template { contents = "b", destination = "/a/" }', 'a file in destination, found "/a/"'),
        (_METHOD + 'env_template "A" { contents = "b" }', "expected an exec stanza beside env_template, found none"),
        (_METHOD + 'env_template { contents = "b" }', 'expected the name of a variable, as in env_template "PASSWORD"'),
        (
            _METHOD + 'template { contents = "b", destination = "/a", engine = "jinja", function_denylist = ["env"] }',
            'expected function_denylist in template with engine "go" only, found engine "jinja"',
        ),
        (_METHOD + 'exec { command = ["a"] }', "expected an env_template beside exec, found none"),
        ("template_config { lease_renewal_threshold = 2 }", "expected a part such as 0.9, found 2"),
        ('template { renew_at = "0.5" }', "expected a part such as 0.9, found 0.5"),
        ('cache { persist "disk" { path = "/a" } }', 'expected persist "file" or "kubernetes", found "disk"'),
        ('cache { persist "file" { path = "/a" } }', 'expected "key_file"'),
        ("cache { }", "expected a listener beside cache or api_proxy, found none"),
        ('listener "unix" { }', 'expected "address", the path of the socket'),
        ('listener "udp" { }', 'expected a listener "tcp" or "unix", found "udp"'),
        ('listener "tcp" { role = "other" }', "expected one of default, metrics_only"),
        ('template { perms = "0999" }', 'expected permissions such as "0600"'),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, told: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ConfigError) as error:
        _read(text)
    assert told in str(error.value)


def test_what_nothing_reads_is_a_notice() -> None:
    """A mistyped key doesn't silently do nothing."""
    config = _read(_METHOD + 'template { contents = "a", destination = "/a", perm = "0600" }')
    assert [str(each) for each in config.notices] == [
        "agent.hcl:2:48: unknown or unsupported field perm in template: did you mean `perms`?"
    ]


def test_a_command_beside_exec_is_a_notice() -> None:
    """`exec` counts, as it does with consul-template."""
    config = _read(_METHOD + 'template { contents = "a", destination = "/a", command = "b", exec { command = ["c"] } }')
    assert [str(each) for each in config.notices] == [
        "agent.hcl:2:1: command has no effect in template beside exec, which counts"
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "configuration: expected auto_auth or a listener, found neither: there is nothing to do"),
        (
            "auto_auht { }",
            "configuration: expected auto_auth or a listener, found neither: there is nothing to do\n"
            "agent.hcl:1:1: unknown or unsupported field auto_auht: did you mean `auto_auth`?",
        ),
        (
            'auto_auth { method "a" {} snik "file" {} }',
            "agent.hcl:1:1: expected a sink, a template or a listener beside auto_auth, found none: "
            "nobody would get the token\n"
            "agent.hcl:1:27: unknown or unsupported field snik in auto_auth: did you mean `sink`?",
        ),
    ],
)
def test_an_agent_that_would_do_nothing_does_not_start(text: str, told: str) -> None:
    """A mistyped stanza isn't found hours later; what nobody knows is told."""
    with pytest.raises(ConfigError) as error:
        check_purpose(_read(text))
    assert error.value.text == told


@pytest.mark.parametrize(
    "text",
    [
        'auto_auth { method "a" {} sink "file" {} }',
        'auto_auth { method "a" {} }\ntemplate { contents = "a", destination = "/a" }',
        'listener "tcp" { address = "127.0.0.1:1", tls_disable = true }',
    ],
)
def test_one_thing_to_do_is_enough(text: str) -> None:
    """A sink, a template or a listener."""
    check_purpose(_read(text))


def test_templates_with_the_same_destination_are_a_notice() -> None:
    """However the path is written: the file would have what was rendered last."""
    same = 'template { contents = "a", destination = "/a/b" }\ntemplate { contents = "b", destination = "/a/./b" }'
    config = _read(_METHOD + same + '\ntemplate { contents = "c", destination = "/a/c" }')
    assert [str(each) for each in overwritten(config)] == [
        "agent.hcl:3:1: template has the destination of agent.hcl:2:1, /a/./b: each writes over what the other wrote"
    ]
