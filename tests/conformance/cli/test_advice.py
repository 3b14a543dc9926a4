"""What the command line says below a refusal: what somebody new to it can do."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.program import forked
from tests.conformance.servers import OURS, Server, start_ours


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dev server."""
    with start_ours(tmp_path_factory.mktemp("advice")) as server:
        yield server


def run(server: Server, *words: str, token: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the program against the server; with the root token unless another, or none (empty), is given."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "VAULT_ADDR": server.url,
        "VAULT_TOKEN": server.token if token is None else token,
        **more,
    }
    return subprocess.run(
        [forked(OURS), *words], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("words", "token", "note"),
    [
        ("kv get -mount=secret a", "", "no token went with the request"),
        ("token lookup", "hvs.dead", "the server doesn't know the token, or the token has ended. Log in again."),
        ("kv get -mount=secret a", "hvs.dead", "or the token has ended"),
        ("kv get -mount=secert a", None, "nothing is mounted at secert/"),
        ("read secret/data/a", "hvs.dead", '"strongroom token lookup" tells which'),
        ("login -method=userpass username=x password=y", "", "either nothing is mounted at auth/userpass/"),
        ("kv get secret/data/a", None, "kv adds data/ to the path by itself, so this is secret/data/data/a."),
        ("kv put secret/data/a b=c", None, "For secret/data/a the path is secret/a."),
        ("kv list secret/metadata/a", None, "kv adds metadata/ to the path by itself"),
        ("kv metadata get secret/metadata/a", None, "For secret/metadata/a the path is secret/a."),
        ("delete sys/nothing", None, '"strongroom path-help sys" lists the paths'),
        ("write auth/token/creat a=b", None, '"strongroom path-help auth/token" lists the paths'),
        ("auth help nothing", None, "or a path of"),
        ("auth enable -path=auth/people userpass", None, "logins are below auth/auth/people/"),
        ("auth enable userpas", None, 'userpass. Did you mean "userpass"?'),
        ("secrets enable kv2", None, 'Did you mean "kv"?'),
        ("kv get", None, "usage is strongroom kv get [options] KEY"),
    ],
)
def test_a_refusal_is_followed_by_what_can_be_done(server: Server, words: str, token: str | None, note: str) -> None:
    """The note stands below what the server says; where output is for programs there is none."""
    done = run(server, *words.split(), token=token)
    assert note in done.stderr.splitlines()[-1] or note in done.stderr.splitlines()[0]
    verb, _, rest = words.partition(" ")
    if "-method" not in words and "enable" not in words and "help" not in words:
        assert "Note:" not in run(server, verb, *rest.split(), token=token, VAULT_FORMAT="json").stderr


@pytest.fixture(scope="module")
def tenant(server: Server) -> str:
    """A token of the namespace `team/`, in which a mount `kv/` is."""
    run(server, "namespace", "create", "team")
    run(server, "secrets", "enable", "-ns=team", "kv")
    return run(server, "token", "create", "-ns=team", "-policy=default", "-field=token").stdout


@pytest.mark.parametrize(
    "words",
    ["secrets list", "kv get secret/a", "kv list secret/a", "read sys/mounts", "list sys/mounts", "policy read x"],
)
def test_a_mistyped_namespace_is_no_empty_answer(server: Server, tenant: str, words: str) -> None:
    """Neither an empty table nor "no value": the namespace isn't there, and the command fails."""
    assert tenant
    verb, *rest = words.split()
    done = run(server, verb, *rest, VAULT_NAMESPACE="taem")
    assert done.returncode == 2
    assert "* namespace not found" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("words", "note"),
    [
        ("secrets list", "Unless the path begins with it, name it with -ns or STRONGROOM_NAMESPACE."),
        ("kv get kv/a", "Unless the path begins with it, name it with -ns or STRONGROOM_NAMESPACE."),
        ("secrets list -ns=team", '"strongroom token lookup" tells which'),
    ],
)
def test_a_token_of_a_namespace_that_is_used_outside_is_told_so(
    server: Server, tenant: str, words: str, note: str
) -> None:
    """Whoever forgets `-ns` isn't told to look for the fault in policies."""
    assert note in run(server, *words.split(), token=tenant).stderr.splitlines()[-1]


@pytest.mark.parametrize("verb", ["create", "delete", "seal", "unseal", "seal-status", "patch"])
def test_a_namespace_by_its_whole_path_is_asked_for_by_its_parent(server: Server, tenant: str, verb: str) -> None:
    """The path that listings and lookups show isn't what these commands take; the note says what they take."""
    assert tenant
    more = {"unseal": ["abcd"], "patch": []}.get(verb, [])
    flags = ["-custom-metadata=a=b"] if verb == "patch" else []
    done = run(server, "namespace", verb, *flags, "team/web/x", *more)
    assert "name that with -ns=team/web, and x alone as PATH." in done.stderr


def test_a_namespace_without_a_seal_is_said_to_have_none(server: Server, tenant: str) -> None:
    """The text "not sealable" alone reads like a missing right."""
    assert tenant
    assert "it has no seal of its own" in run(server, "namespace", "seal", "team").stderr


def test_a_search_that_finds_nothing_says_so(server: Server) -> None:
    """The answer is as empty as that of a write; programs get it unchanged."""
    search = ("write", "identity/lookup/entity", "name=nobody")
    assert "this was a search, and nothing was found" in run(server, *search).stderr
    assert run(server, *search, VAULT_FORMAT="json").stderr == ""


def test_a_mount_that_leaves_its_namespace_is_told_of(server: Server, tenant: str) -> None:
    """A mistyped target is a path above: the secrets have left their tenant, and that isn't silent."""
    assert tenant
    done = run(server, "secrets", "move", "team/kv", "taem/kv")
    assert "The mount has left the namespace team/ for root." in " ".join(done.stderr.split())
    back = run(server, "secrets", "move", "taem/kv", "team/kv")
    assert (back.returncode, "Success! Finished moving" in back.stdout) == (0, True)
    inside = run(server, "secrets", "move", "-ns=team", "kv", "kw")
    assert (inside.returncode, inside.stderr) == (0, "")
    run(server, "secrets", "move", "-ns=team", "kw", "kv")


def test_a_refusal_that_says_why_has_no_guesses_below(server: Server, tenant: str) -> None:
    """A request that waits for approval isn't refused for its token or policies, so the note isn't about those."""
    assert tenant
    rule = 'path "secret/data/p" { capabilities = ["read"] control_group = { factor "f" { identity { '
    rule += 'group_names = ["g"] approvals = 1 } } } }'
    run(server, "write", "sys/policies/acl/asker", f"policy={rule}")
    run(server, "auth", "enable", "userpass")
    run(server, "write", "auth/userpass/users/rita", "password=pw", "policies=asker")
    rita = run(server, "write", "-field=token", "auth/userpass/login/rita", "password=pw").stdout
    waiting = run(server, "read", "-field=wrapping_token", "secret/data/p", token=rita).stdout
    done = run(server, "unwrap", waiting, token=rita)
    assert "* request needs further approval" in done.stderr
    assert "sys/control-group/request accessor=ACCESSOR" in done.stderr
    assert "the token has ended" not in done.stderr


def test_advice_sends_no_request_and_names_no_token(server: Server, tmp_path: Path) -> None:
    """A token with few uses isn't used up by advice, and no token stands in it."""
    assert run(server, "audit", "enable", "file", f"file_path={tmp_path}/audit.log").returncode == 0
    before = (tmp_path / "audit.log").read_text().count('"type":"request"')
    done = run(server, "read", "secret/data/a", token="hvs.canary-of-the-advice")
    assert done.returncode == 2
    assert "canary" not in done.stdout + done.stderr
    text = (tmp_path / "audit.log").read_text()
    assert text.count('"type":"request"') - before <= 2
    assert "token/lookup-self" not in text
    assert run(server, "audit", "disable", "file").returncode == 0


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("127.0.0.1:8200", "Try https://127.0.0.1:8200"),
        ("unix:/run/agent.sock", "Try unix:///run/agent.sock"),
        ("localhost", "An address begins with https://, http:// or unix://. localhost doesn't."),
        ("unix:///nonexistent/socket", "Nothing listens at unix:///nonexistent/socket."),
    ],
)
def test_an_address_that_is_none_is_told_with_what_one_looks_like(server: Server, address: str, hint: str) -> None:
    """Without a scheme, or with a socket that isn't there."""
    assert hint in run(server, "status", VAULT_ADDR=address).stderr


def test_an_address_with_the_path_of_the_api_is_told(server: Server) -> None:
    """It is copied from a curl command."""
    assert "the address ends in /v1" in run(server, "status", VAULT_ADDR=f"{server.url}/v1").stderr


def test_help_is_answered_with_the_flag_for_it(server: Server) -> None:
    """`help` is no command, and no slip for `path-help`."""
    assert '"strongroom COMMAND -h" shows what one command does' in run(server, "help").stderr
    assert '"strongroom kv COMMAND -h" shows' in run(server, "kv", "help").stderr
