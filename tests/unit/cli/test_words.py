"""Request data, old names, previews, and where tokens are kept."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

import pytest

from strongroom.cli import legacy_names, table
from strongroom.cli.data import DataError, DataReader
from strongroom.cli.policy_text import PolicyTextError, format_policy
from strongroom.cli.preview import curl, policy
from strongroom.cli.token_store import FileStore, ProgramStore, TokenStoreError, open_store
from strongroom.client.client import Client
from strongroom.client.settings import Settings


def reader(stdin: str = "") -> DataReader:
    """A reader whose standard input holds `stdin`."""
    return DataReader(io.StringIO(stdin))


def test_data_words(tmp_path: Path) -> None:
    """Values come from the word itself, a file, standard input, or a whole JSON document."""
    (tmp_path / "v").write_text("from file\n")
    (tmp_path / "d.json").write_text('{"n": 1.10, "l": [1]}')
    data = reader("typed").read(["a=b=c", f"f=@{tmp_path}/v", "s=-", r"e=\@x", f"@{tmp_path}/d.json", "=z"])
    assert data == {"a": "b=c", "f": "from file\n", "s": "typed", "e": "@x", "n": "1.10", "l": ["1"], "": "z"}


def test_a_repeated_name_is_a_list() -> None:
    """Three times the same name gives three values in order."""
    assert reader().read(["a=1", "a=2", "b=x", "a=3"]) == {"a": ["1", "2", "3"], "b": "x"}
    assert reader().read_strings(["a=1", "a=2"]) == [("a", "1"), ("a", "2")]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["a"], 'invalid key/value pair "a": format must be key=value'),
        (["a=-", "b=-"], 'invalid key/value pair "b=-": stdin already consumed'),
        (["@/none"], 'invalid key/value pair "@/none": open /none: no such file or directory'),
        (["a=@/none"], 'invalid key/value pair "a=@/none": error reading file: open /none: no such file or directory'),
    ],
)
def test_data_complaints(words: list[str], text: str) -> None:
    """A word that is no data is named, with the reason."""
    with pytest.raises(DataError) as caught:
        reader("x").read(words)
    assert str(caught.value) == text


def test_a_complaint_about_a_value_does_not_repeat_it() -> None:
    """Errors end up in logs of jobs, and the value is a secret."""
    with pytest.raises(DataError) as caught:
        reader().read(["password=hunter2\udcff"])
    assert str(caught.value).startswith('invalid key/value pair "password": this is no UTF-8 text')
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("document", ["[]", '"x"', "nope", "", '{"a": NaN}', '{"a":'])
def test_only_objects_are_data(document: str) -> None:
    """A document that is no JSON object is refused."""
    with pytest.raises(DataError):
        reader(document).read(["-"])


def test_every_old_name_has_a_new_one() -> None:
    """Each command of 2016 turns into one that exists today, and hides none of today's."""
    for name in table.LEGACY:
        new, _ = legacy_names.translate(name, [])
        assert new in table.COMMANDS
        assert name not in table.COMMANDS
        assert name not in table.GROUPS


def test_old_words_become_new_ones() -> None:
    """What changed beside the name is changed too."""
    assert legacy_names.translate("policies", ["web"]) == ("policy read", ["web"])
    assert legacy_names.translate("policies", []) == ("policy list", [])
    assert legacy_names.translate("init", ["-check"]) == ("operator init", ["-status"])


@pytest.mark.parametrize(
    ("name", "words", "today"),
    [
        ("audit-enable", ["-id=a", "file"], ["-path=a", "file"]),
        ("generate-root", ["--genotp"], ["-generate-otp"]),
        ("rekey", ["-recovery-key=true", "-init"], ["-target=recovery", "-init"]),
        ("rekey", ["-retrieve"], ["-backup-retrieve"]),
        ("token-create", ["-lease=1h", "-policy=x"], ["-ttl=1h", "-policy=x"]),
        ("token-create", ["-lease", "1h"], ["-ttl", "1h"]),
        ("renew", ["aws/creds/x/1", "3600"], ["-increment=3600", "aws/creds/x/1"]),
        ("token-renew", ["-address=http://x", "s.abc", "1h30m"], ["-increment=1h30m", "-address=http://x", "s.abc"]),
        ("token-renew", ["-increment", "3600"], ["-increment", "3600"]),
        ("renew", ["-increment=60", "aws/creds/x/1"], ["-increment=60", "aws/creds/x/1"]),
        ("token-revoke", ["-mode=path", "auth/userpass/login/web"], ["-mode=path", "auth/userpass/login/web"]),
    ],
)
def test_flags_that_have_another_name_today(name: str, words: list[str], today: list[str]) -> None:
    """Flags that were renamed or dropped since 2016 reach the command of today in its own words."""
    assert legacy_names.translate(name, words)[1] == today


def test_a_login_of_2016_may_leave_the_check_out() -> None:
    """`-no-verify` spared a use of the token; a login of today uses none."""
    found = legacy_names.login_words(["-no-verify", "hvs.CAESIJ"])
    assert found == ("login", ["hvs.CAESIJ"])


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["hvs.CAESIJ"], "login"),
        (["-address=http://x", "s.abcdef"], "login"),
        (["6c3b4a1e-8f9d-11e6-ae22-56b6b6499611"], "login"),
        (["-method=userpass", "username=web", "password=web"], "login"),
        (["-methods"], "auth list"),
        (["-method-help", "-method=ldap"], "auth help"),
        (["lst"], None),
        ([], None),
    ],
)
def test_the_old_auth_command(words: list[str], meant: str | None) -> None:
    """Logging in by the old command works; a mistyped subcommand is not taken for a token."""
    found = legacy_names.login_words(words)
    assert (found[0] if found else None) == meant


def test_a_token_file_belongs_to_its_owner(tmp_path: Path) -> None:
    """Only the owner can read the file, whatever the umask and the mode of the one before; no other file stays."""
    path = tmp_path / ".vault-token"
    path.write_text("old")
    path.chmod(0o644)
    before = os.umask(0)
    try:
        FileStore(str(path)).put("s.new")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert FileStore(str(path)).get() == "s.new"
    assert [entry.name for entry in tmp_path.iterdir()] == [".vault-token"]


def test_no_token_is_no_error(tmp_path: Path) -> None:
    """Without a file there is no token; a directory in its place is an error."""
    assert FileStore(str(tmp_path / "none")).get() == ""
    with pytest.raises(TokenStoreError):
        FileStore(str(tmp_path)).get()
    with pytest.raises(TokenStoreError):
        FileStore(str(tmp_path / "none" / "token")).put("x")


def test_the_configuration_may_name_a_program(tmp_path: Path) -> None:
    """A program named in ~/.vault gets the token on its standard input, and prints it again."""
    program = tmp_path / "keep"
    program.write_text(f'#!/bin/sh\nif [ "$1" = get ]; then cat {tmp_path}/kept; else cat > {tmp_path}/kept; fi\n')
    program.chmod(0o700)
    (tmp_path / ".vault").write_text(f'# mine\ntoken_helper = "{program}"\n')
    store = open_store({"HOME": str(tmp_path)})
    assert isinstance(store, ProgramStore)
    store.put("s.kept")
    assert store.get() == "s.kept"
    assert not (tmp_path / ".vault-token").exists()


@pytest.mark.parametrize("text", ['token_helpr = "/bin/x"', "token_helper = {", "nonsense"])
def test_a_mistyped_configuration_is_an_error(tmp_path: Path, text: str) -> None:
    """A token never ends up in the plain file because the line that names a program can't be read."""
    (tmp_path / "config").write_text(text)
    with pytest.raises(TokenStoreError, match="error parsing config file"):
        open_store({"HOME": str(tmp_path), "BAO_CONFIG_PATH": str(tmp_path / "config")})


def test_the_configuration_has_two_names(tmp_path: Path) -> None:
    """Both ~/.bao and ~/.vault are read, as JSON too; a directory of that name is none of them."""
    environment = {"HOME": str(tmp_path)}
    (tmp_path / ".bao").mkdir()
    assert isinstance(open_store(environment), FileStore)
    (tmp_path / ".vault").write_text('{"token_helper": "/bin/x"}')
    assert isinstance(open_store(environment), ProgramStore)


@pytest.mark.parametrize("document", ['{"a": NaN}', '{"a": "b\nc"}', "'x'"])
def test_a_complaint_about_data_is_one_line(document: str) -> None:
    """What is no JSON is complained of by what stands there, in printable letters."""
    with pytest.raises(DataError) as raised:
        DataReader(io.StringIO(document)).read(["-"])
    assert "EOF" not in str(raised.value)
    assert str(raised.value).isprintable()


def test_query_parameters_are_flat() -> None:
    """Truth is 1 and nothing is empty in a query; what has parts can't stand in one."""
    text = io.StringIO('{"a": true, "b": null, "c": [1, 2.50]}')
    assert DataReader(text).read_strings(["-"]) == [("a", "1"), ("b", ""), ("c", "1"), ("c", "2.50")]
    with pytest.raises(DataError, match="can't be a query parameter"):
        DataReader(io.StringIO('{"a": {"b": 1}}')).read_strings(["-"])


def test_a_failing_program_is_an_error() -> None:
    """The program's exit status and complaint are told."""
    with pytest.raises(TokenStoreError, match="exit status 3: no"):
        ProgramStore("sh -c 'echo no >&2; exit 3' --").get()


def test_a_preview_holds_no_token() -> None:
    """The curl command asks for the token when it runs; quotes in the body survive the shell."""
    client = Client(Settings(address="http://127.0.0.1:1", token="s.secret"))
    shown = curl(client.prepare("PUT", "cubbyhole/x", body={"a": "it's"}))
    assert "s.secret" not in shown
    assert "$(strongroom print token)" in shown
    assert """-d '{"a":"it'"'"'s"}'""" in shown


def test_a_preview_as_policy() -> None:
    """The capabilities are those that the request needs, `sudo` included."""
    client = Client(Settings(address="http://127.0.0.1:1"))
    listing = client.prepare("GET", "secret/metadata", query=[("list", "true")])
    assert policy(listing) == 'path "secret/metadata" {\n  capabilities = ["list"]\n}'
    assert '["create", "update", "sudo"]' in policy(client.prepare("PUT", "sys/audit/file", body={}))


def test_settings_hide_what_is_secret() -> None:
    """Neither settings nor requests show a token in their repr."""
    settings = Settings(address="http://127.0.0.1:1", token="s.secret", unlock_key="k.secret", mfa=("m.secret",))
    assert "secret" not in repr(settings)
    assert "secret" not in repr(Client(settings).prepare("PUT", "x", body={"p": "b.secret"}))


def test_policy_texts() -> None:
    """A policy is laid out; an unknown rule or a broken text is refused and named with its line."""
    assert format_policy('path "a" {\ncapabilities=["read"]\n}\n') == 'path "a" {\n  capabilities = ["read"]\n}\n'
    with pytest.raises(PolicyTextError, match='invalid key "x" on line 2'):
        format_policy('path "a" {\n  x = 1\n}')
    with pytest.raises(PolicyTextError, match="At 1:"):
        format_policy("path {{")
