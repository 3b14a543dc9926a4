"""Generated configurations: the agent reads them, and every key of a secret has a variable of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.agent.config.config import check, merge
from strongroom.agent.config.reading import parse_config
from strongroom.agent.generating.text import configuration
from strongroom.agent.generating.variables import FoundSecret, Variable, variables_of


def test_a_configuration_is_read_back() -> None:
    """What is written is what the agent understands."""
    variables = variables_of([FoundSecret("secret/data/foo", versioned=True, keys=["user", "password"])])
    text = configuration("/home/ann/.vault-token", "http://127.0.0.1:8200", variables, ["./app", 'with "quotes"'])
    config = merge([parse_config(text, "agent.hcl")])
    check(config)
    assert config.notices == ()
    assert config.server.address == "http://127.0.0.1:8200"
    assert config.auto_auth is not None
    assert config.auto_auth.method.config == {"token_file_path": "/home/ann/.vault-token"}
    assert config.exec is not None
    assert config.exec.command == ("./app", 'with "quotes"')
    assert [(each.map_to_environment_variable, each.contents) for each in config.env_templates] == [
        ("FOO_PASSWORD", '{{ with secret "secret/data/foo" }}{{ .Data.data.password }}{{ end }}'),
        ("FOO_USER", '{{ with secret "secret/data/foo" }}{{ .Data.data.user }}{{ end }}'),
    ]


@pytest.mark.parametrize(
    "name", ["${", "$${", "${x}", '${"}', "\\${", '"}\nexec { command = ["sh"] }\n', "%{", "\u2028`"]
)
def test_no_name_leaves_its_text(name: str) -> None:
    """What somebody has called a secret or a key stays a name: what the agent reads is the template that was made."""
    variables = variables_of([FoundSecret(f"secret/data/{name}", True, [f" }}}}{{{{ file `x` }}}}{name}"])])
    config = parse_config(configuration("/t", "http://x", variables, [name]), "agent.hcl")
    assert [each.contents for each in config.env_templates] == [each.contents for each in variables]
    assert config.exec is not None
    assert config.exec.command == (name,)


@pytest.mark.parametrize(
    ("key", "name", "value"),
    [
        ("user", "FOO_USER", ".Data.user"),
        ("a.b", "FOO_A_B", 'index .Data "a.b"'),
        ("we-ird", "FOO_WE_IRD", 'index .Data "we-ird"'),
        ('quo"te', "FOO_QUO_TE", 'index .Data "quo\\"te"'),
        ("1st", "FOO_1ST", 'index .Data "1st"'),
        ("ä", "FOO__", 'index .Data "ä"'),
    ],
)
def test_keys_that_are_no_names(key: str, name: str, value: str) -> None:
    """A key with a dot or a hyphen can't be a field of a template: it is looked up by `index`."""
    [found] = variables_of([FoundSecret("kv/foo", versioned=False, keys=[key])])
    assert found == Variable(name, f'{{{{ with secret "kv/foo" }}}}{{{{ {value} }}}}{{{{ end }}}}')


def test_names_differ() -> None:
    """Secrets of one name in different folders, a secret that is named twice, and keys that look alike."""
    found = variables_of(
        [
            FoundSecret("kv/web/db", versioned=False, keys=["user"]),
            FoundSecret("kv/job/db", versioned=False, keys=["user", "port"]),
            FoundSecret("kv/web/db", versioned=False, keys=["user"]),
            FoundSecret("kv/x", versioned=False, keys=["a.b", "a-b", "a/b/2"]),
        ]
    )
    assert [each.name for each in found] == [
        "WEB_DB_USER",
        "DB_PORT",
        "JOB_DB_USER",
        "KV_X_A_B",
        "KV_X_A_B_2",
        "X_A_B_2",
    ]


@given(st.lists(st.tuples(st.text("ab/", min_size=1), st.lists(st.text(min_size=1), max_size=3)), max_size=5))
def test_any_names(secrets: list[tuple[str, list[str]]]) -> None:
    """Whatever is stored, the configuration is read back with as many variables, no two of one name."""
    wanted = [FoundSecret(path, versioned=True, keys=sorted(set(keys))) for path, keys in secrets]
    variables = variables_of(wanted)
    assert len({each.name for each in variables}) == len(variables)
    text = configuration("t", "http://a", variables, ["env"])
    read = parse_config(text, "agent.hcl").env_templates
    assert [each.contents for each in read] == [each.contents for each in variables]
