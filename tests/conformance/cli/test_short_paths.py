"""Words of before 2018 on a mount that keeps versions: `read`, `write`, `list`, `delete` of a secret's short path."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.program import forked
from tests.conformance.servers import OURS, Server, start_ours


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dev server, whose `secret/` keeps versions."""
    with start_ours(tmp_path_factory.mktemp("short")) as server:
        yield server


def run(server: Server, *words: str, token: str = "", stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the program against the server."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(server.log.parent),
        "STRONGROOM_ADDR": server.url,
        "STRONGROOM_TOKEN": token or server.token,
    }
    return subprocess.run(
        [forked(OURS), *words], env=environment, input=stdin, capture_output=True, text=True, check=False
    )


def note(does: str, path: str, command: str) -> str:
    """The one note."""
    return f'Note: secret/ keeps versions, so this {does} {path}. The command for that is "strongroom {command}".\n'


def requests_of(server: Server, log: Path, *words: str) -> list[str]:
    """The paths that a command asked for, by the audit log."""
    before = len(log.read_text().splitlines())
    run(server, *words)
    entries = [json.loads(line) for line in log.read_text().splitlines()[before:]]
    return [entry["request"]["path"] for entry in entries if entry["type"] == "request"]


@pytest.fixture(scope="module")
def audited(server: Server) -> Path:
    """The audit log of the server."""
    log = server.log.parent / "audit.log"
    assert run(server, "audit", "enable", "file", f"file_path={log}").returncode == 0
    return log


def test_the_words_of_2016_work_on_a_mount_that_keeps_versions(server: Server) -> None:
    """Each does what the command of today does, and says on standard error, once, what that was."""
    done = run(server, "write", "secret/test/cisco", "hello=world")
    assert (done.returncode, done.stderr) == (0, note("writes", "secret/data/test/cisco", "kv put secret/test/cisco"))
    done = run(server, "read", "secret/test/cisco")
    assert done.stderr == note("reads", "secret/data/test/cisco", "kv get secret/test/cisco")
    assert done.stdout == run(server, "kv", "get", "secret/test/cisco").stdout
    done = run(server, "patch", "secret/test/cisco", "more=1")
    assert (done.returncode, done.stderr) == (
        0,
        note("changes", "secret/data/test/cisco", "kv patch secret/test/cisco"),
    )
    done = run(server, "list", "secret/test")
    assert (done.stdout, done.stderr) == (
        "Keys\n----\ncisco\n",
        note("lists", "secret/metadata/test", "kv list secret/test"),
    )
    assert run(server, "list", "secret/").stdout == run(server, "kv", "list", "secret").stdout
    assert "test/cisco" in run(server, "scan", "secret").stdout
    done = run(server, "delete", "secret/test/cisco")
    assert (done.returncode, done.stderr) == (
        0,
        note("deletes", "secret/data/test/cisco", "kv delete secret/test/cisco"),
    )
    assert run(server, "kv", "get", "-field=hello", "secret/test/cisco").returncode == 2


def test_fields_and_formats_are_those_of_the_secret(server: Server) -> None:
    """`-field` finds what the secret holds, and a format for programs leaves standard output to the answer."""
    run(server, "kv", "put", "secret/formats", "value=v1")
    run(server, "kv", "put", "secret/formats", "value=v2")
    assert run(server, "read", "-field=value", "secret/formats").stdout == "v2"
    assert json.loads(run(server, "read", "-format=json", "secret/formats").stdout)["data"]["data"] == {"value": "v2"}
    assert json.loads(run(server, "read", "-format=raw", "secret/formats").stdout)["data"]["data"] == {"value": "v2"}
    assert json.loads(run(server, "read", "-format=json", "secret/formats", "version=1").stdout)["data"]["data"] == {
        "value": "v1"
    }
    written = run(server, "write", "-format=json", "secret/formats", "-", stdin='{"value": {"deep": 1}}')
    assert json.loads(written.stdout)["data"]["version"] == 3
    assert json.loads(run(server, "list", "-format=json", "secret/").stdout)


def test_a_wrapped_answer_holds_the_secret(server: Server) -> None:
    """Of an answer that is wrapped nobody sees whether anything was found, so the mount is asked for first."""
    run(server, "kv", "put", "secret/wrapped", "value=inside")
    token = run(server, "read", "-wrap-ttl=60s", "-field=wrapping_token", "secret/wrapped").stdout
    assert run(server, "unwrap", "-format=json", token).stdout.count("inside") == 1


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["read", "-output-curl-string", "secret/p"], "/v1/secret/data/p"),
        (["write", "-output-curl-string", "secret/p", "a=b"], '{"data":{"a":"b"},"options":{}}'),
        (["list", "-output-policy", "secret/p"], 'path "secret/metadata/p" {\n  capabilities = ["list"]'),
        (["delete", "-output-policy", "secret/p"], 'path "secret/data/p"'),
        (["read", "-output-curl-string", "secret/data/p"], "/v1/secret/data/p"),
        (["read", "-output-curl-string", "sys/mounts"], "/v1/sys/mounts"),
    ],
)
def test_what_is_shown_is_what_would_be_sent(server: Server, words: list[str], shown: str) -> None:
    """A request that is only shown is the one to the API's path."""
    done = run(server, *words)
    assert done.returncode == 0
    assert shown in done.stdout


def test_a_request_is_shown_without_a_server(tmp_path: Path) -> None:
    """Where no server answers, a request is shown as the words have it."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "STRONGROOM_ADDR": "http://127.0.0.1:1"}
    done = subprocess.run(
        [forked(OURS), "read", "-output-curl-string", "secret/p"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.endswith('"http://127.0.0.1:1/v1/secret/p"\n')


def test_a_path_of_the_api_stays_one(server: Server) -> None:
    """What begins with a section of the API is never taken for a secret's name, as `kv` takes it."""
    run(server, "kv", "put", "secret/data/inner", "value=of the secret data/inner")
    run(server, "kv", "put", "secret/inner", "value=of the secret inner")
    assert "of the secret inner" in run(server, "read", "-format=json", "secret/data/inner").stdout
    assert "data/inner" in run(server, "read", "-format=json", "secret/data/data/inner").stdout
    for path in ("secret/data/none", "secret/metadata/none", "secret/subkeys/none", "secret/config"):
        assert "Note:" not in run(server, "read", path).stderr


def test_bare_data_on_the_api_s_path_is_told_how_it_is_put(server: Server) -> None:
    """The refusal of a body without `data` is followed by the command that makes one."""
    done = run(server, "write", "secret/data/bare", "value=x")
    assert done.returncode == 2
    assert 'The command that puts it there is "strongroom kv put secret/bare".' in done.stderr
    assert "no data provided" in done.stderr


def test_other_mounts_cost_no_further_request(server: Server, audited: Path) -> None:
    """One request each, as long as it finds something; on a mount that keeps versions it is three."""
    run(server, "secrets", "enable", "-path=plain", "-version=1", "kv")
    assert requests_of(server, audited, "write", "plain/a", "x=y") == ["plain/a"]
    assert requests_of(server, audited, "read", "plain/a") == ["plain/a"]
    assert requests_of(server, audited, "list", "plain") == ["plain/"]
    assert requests_of(server, audited, "delete", "plain/a") == ["plain/a"]
    assert requests_of(server, audited, "read", "auth/token/lookup-self") == ["auth/token/lookup-self"]
    assert requests_of(server, audited, "read", "sys/none") == ["sys/none"]
    run(server, "kv", "put", "secret/cost", "x=y")
    assert requests_of(server, audited, "read", "secret/data/cost") == ["secret/data/cost"]
    assert requests_of(server, audited, "read", "secret/cost") == [
        "secret/cost",
        "sys/internal/ui/mounts/secret/cost",
        "secret/data/cost",
    ]


def test_a_policy_of_today_suffices(server: Server, tmp_path: Path) -> None:
    """Whoever may read only the API's path reads it by the short one; whoever may not is refused as before."""
    rules = tmp_path / "rules.hcl"
    rules.write_text('path "secret/data/mine" { capabilities = ["read"] }')
    assert run(server, "policy", "write", "mine", str(rules)).returncode == 0
    token = run(server, "token", "create", "-policy=mine", "-field=token").stdout
    run(server, "kv", "put", "secret/mine", "value=found")
    assert run(server, "read", "-field=value", "secret/mine", token=token).stdout == "found"
    denied = run(server, "read", "secret/other", token=token)
    assert denied.returncode == 2
    assert "Code: 403" in denied.stderr


def test_the_path_of_a_user_ends_the_user_s_tokens(server: Server) -> None:
    """`token-revoke -mode=path auth/userpass/users/web` of 2016, and `lease revoke -prefix`, revoke its logins."""
    run(server, "auth", "enable", "userpass")
    run(server, "write", "auth/userpass/users/web", "password=web")
    for words in (["token-revoke", "-mode=path"], ["lease", "revoke", "-prefix", "-sync"]):
        login = ["login", "-method=userpass", "-no-store", "-field=token", "username=web", "password=web"]
        token = run(server, *login).stdout
        assert run(server, "token", "lookup", token=token).returncode == 0
        done = run(server, *words, "auth/userpass/users/web")
        assert done.returncode == 0
        assert "below auth/userpass/login/web" in done.stderr
        assert run(server, "token", "lookup", token=token).returncode == 2
        done = run(server, *words, "auth/userpass/users/web")
        assert "Nothing was revoked" in done.stderr


def test_warnings_of_the_server_are_shown(server: Server, tmp_path: Path) -> None:
    """Who writes a policy that matches nothing, or a field that nothing reads, sees it at once."""
    rules = tmp_path / "rules.hcl"
    rules.write_text('path "secret/foo" { capabilities = ["read"] }')
    done = run(server, "policy", "write", "unreached", str(rules))
    assert done.returncode == 0
    assert '"secret/data/foo"' in done.stderr
    run(server, "auth", "enable", "-path=slips", "userpass")
    done = run(server, "write", "auth/slips/users/eva", "password=x", "token_polices=admin")
    assert done.returncode == 0
    assert 'Did you mean "token_policies" instead of "token_polices"?' in done.stderr
    assert done.stdout == "Success! Data written to: auth/slips/users/eva\n"
    done = run(server, "secrets", "enable", "-path=slips", "-options=verson=2", "kv")
    assert '"options.version"' in done.stderr
    assert run(server, "secrets", "enable", "-path=fine", "-version=2", "kv").stderr == ""
