"""Files from templates and secrets of a real server."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from strongroom.agent.dependencies.failing import Trouble
from strongroom.agent.rendering.rendering import RenderingEnded
from tests.conformance.agent.keeping import until
from tests.conformance.agent.rendering import agent, agent_with_own_session, holds
from tests.conformance.agent.world import World, world

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="needs root")
NO_TROUBLE = Trouble(0, 0, "")
FAST = 'template_config { static_secret_render_interval = "1s" }'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One server for all tests, which use names of their own."""
    with world(tmp_path_factory.mktemp("agent")) as started:
        yield started


def _template(file: Path, contents: str, more: str = "") -> str:
    return f"template {{ destination = {json.dumps(str(file))}, contents = {json.dumps(contents)}, {more} }}\n"


def _kv(name: str, key: str = "a") -> str:
    return f'{{{{ with secret "secret/{name}" }}}}{{{{ .Data.data.{key} }}}}{{{{ end }}}}'


async def test_a_file_is_rendered_and_follows_the_secret(made: World, tmp_path: Path) -> None:
    """The file has the secret, and its next value within the interval."""
    made.put_secret("follows", a="one")
    file = tmp_path / "new" / "x"
    async with agent(made, FAST + _template(file, f"a = {_kv('follows')}\n", 'perms = "0600"')) as running:
        await running.rendered()
        assert file.read_text() == "a = one\n"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        made.put_secret("follows", a="two")
        await holds(file, "a = two\n")


async def test_what_depends_on_what_is_found_step_by_step(made: World, tmp_path: Path) -> None:
    """Names first, then each secret under them; what comes later is found as well."""
    for name in ("one", "two"):
        made.put_secret(f"steps/{name}", a=name)
    each = '{{ with secret (printf "secret/steps/%s" .) }}{{ .Data.data.a }},{{ end }}'
    loop = f'{{{{ range secrets "secret/steps" }}}}{each}{{{{ end }}}}'
    file = tmp_path / "x"
    async with agent(made, FAST + _template(file, loop)) as running:
        await running.rendered()
        assert file.read_text() == "one,two,"
        made.put_secret("steps/three", a="three")
        await holds(file, "one,three,two,")
        assert len(running.status.dependencies) == 4


async def test_a_blocked_template_holds_up_no_other(made: World, tmp_path: Path) -> None:
    """A missing secret, a wrong template and a hanging command each concern one file, and their status says so."""
    made.put_secret("good", a="good")
    good, missing, wrong, broken = (tmp_path / name for name in ("good", "missing", "wrong", "broken"))
    text = (
        _template(missing, _kv("missing-one"))
        + _template(wrong, _kv("good", "nope"), "error_on_missing_key = true")
        + _template(broken, "{{ nothing }}")
        + _template(tmp_path / "slow", "x", 'command = "sleep 600; true"')
        + _template(good, _kv("good"))
    )
    async with agent(made, FAST + text) as running:
        await holds(good, "good")
        made.put_secret("good", a="better")
        await holds(good, "better")
        await until(lambda: running.template(wrong).phase == "failing")
        assert running.template(missing).phase == "waiting"
        assert running.template(missing).waits_for == ("read secret/missing-one",)
        told = next(each for each in running.status.dependencies if each.name == "read secret/missing-one")
        assert told.trouble is not None
        assert told.trouble.reason == "no secret exists at secret/data/missing-one"
        for file, reason in ((wrong, 'map has no entry for key "nope"'), (broken, 'function "nothing" not defined')):
            trouble = running.template(file).trouble
            assert trouble is not None
            assert reason in trouble.reason
        assert running.template(good).phase == "rendered"
        assert not running.rendering.rendered.is_set()
        assert sorted(each.name for each in tmp_path.iterdir()) == [".slow.changed", "good", "slow"]
        made.put_secret("missing-one", a="found")
        made.put_secret("good", nope="there")
        await holds(missing, "found")
        await holds(wrong, "there")


async def test_a_template_that_stays_wrong_is_tried_ever_more_seldom(made: World, tmp_path: Path) -> None:
    """Neither a change of what it asked for nor a file that is still wrong makes it be tried without a pause."""
    made.put_secret("wrong", a="1")
    source, file = tmp_path / "source", tmp_path / "x"
    source.write_text(_kv("wrong"))
    stanza = f'template {{ source = "{source}", destination = "{file}", error_on_missing_key = true }}\n'
    with capture_logs() as logs:
        async with agent(made, FAST + stanza) as running:
            await running.rendered()
            source.write_text("{{ broken")
            made.put_secret("wrong", b="2")
            await until(lambda: "broken" in (running.template(file).trouble or NO_TROUBLE).reason)
            made.put_secret("wrong", b="3")
            await asyncio.sleep(1.5)
            assert (running.template(file).trouble or NO_TROUBLE).failures < 8
            source.write_text(_kv("wrong", "b"))
            await holds(file, "3")
    told = [line for line in logs if line["event"] == "the template can't be rendered"]
    assert [line["times"] for line in told] == [*range(1, len(told) + 1)] != []
    assert all(0 < line["again_in_s"] <= 60 for line in told)


async def test_commands_run_once_for_files_that_change_together(made: World, tmp_path: Path) -> None:
    """Three files of one secret and one command are one run; the same content again is none."""
    made.put_secret("together", a="one")
    log, command = tmp_path / "log", f"echo run >> {tmp_path}/log"
    exec_ = f"exec {{ command = {json.dumps(['sh', '-c', command])} }}"
    files = [tmp_path / name for name in "xyz"]
    text = FAST + "".join(_template(file, _kv("together") + file.name, exec_) for file in files)
    async with agent(made, text) as running:
        await running.rendered()
        assert log.read_text() == "run\n"
        made.put_secret("together", a="one")
        await asyncio.sleep(1.2)
        assert log.read_text() == "run\n"
        made.put_secret("together", a="two")
        await until(lambda: log.read_text() != "run\n")
        await asyncio.sleep(0.3)
        assert log.read_text() == "run\nrun\n"
        assert [file.read_text() for file in files] == ["twox", "twoy", "twoz"]
    async with agent(made, text) as running:
        await running.rendered()
        assert log.read_text() == "run\nrun\n", "a restart changes nothing, so nothing is run"


async def test_changes_settle_before_a_file_is_written(made: World, tmp_path: Path) -> None:
    """With `wait`, the first file is there at once, and changes after that are written together."""
    made.put_secret("wait-a", a="1")
    made.put_secret("wait-b", a="1")
    file = tmp_path / "x"
    wait = f'wait {{ min = "2s", max = "5s" }} command = "cat {file} >> {tmp_path}/log; echo >> {tmp_path}/log"'
    async with agent(made, FAST + _template(file, _kv("wait-a") + _kv("wait-b"), wait)) as running:
        await running.rendered()
        made.put_secret("wait-a", a="2")
        await asyncio.sleep(1.2)
        made.put_secret("wait-b", a="2")
        await until(lambda: (tmp_path / "log").read_text().count("\n") > 1)
        assert (tmp_path / "log").read_text() == "11\n22\n"


async def test_a_certificate_in_the_file_survives_a_restart(made: World, tmp_path: Path) -> None:
    """With `pkiCert` no second certificate is issued, whatever form the file has; with another name it is."""
    file = tmp_path / "x"
    contents = (
        '{{ with pkiCert "pki/issue/web" "common_name=%s" }}{{ .Data.Key }}{{ .Data.Cert }}{{ .Data.CA }}{{ end }}'
    )

    def issued() -> int:
        return len(made.root.list("pki/certs")["data"]["keys"])

    before = issued()
    for name, expected in (("a.example.com", 1), ("a.example.com", 1), ("b.example.com", 2)):
        async with agent(made, _template(file, contents % name)) as running:
            await until(lambda: running.template(file).phase == "rendered")
            shown = subprocess.run(
                ["openssl", "x509", "-noout", "-subject"],
                input=file.read_text(),
                capture_output=True,
                text=True,
                check=True,
            )
            assert name in shown.stdout
            assert issued() - before == expected


async def test_a_certificate_whose_key_is_elsewhere_is_whole(made: World, tmp_path: Path) -> None:
    """A key that the template writes to a file of its own is found there after a restart: nothing is issued again."""
    file, key = tmp_path / "cert", tmp_path / "key"
    contents = (
        '{{ with pkiCert "pki/issue/web" "common_name=c.example.com" }}{{ .Data.Cert }}{{ .Data.CA }}'
        f'{{{{ .Data.Key | writeToFile "{key}" "" "" "0600" }}}}{{{{ end }}}}'
    )
    issued = []
    for _ in range(2):
        async with agent(made, _template(file, contents)) as running:
            await running.rendered()
            issued.append(len(made.root.list("pki/certs")["data"]["keys"]))
            publics = [
                subprocess.run(command, capture_output=True, text=True, check=True).stdout
                for command in (
                    ["openssl", "x509", "-in", str(file), "-noout", "-pubkey"],
                    ["openssl", "pkey", "-in", str(key), "-pubout"],
                )
            ]
            assert publics[0] == publics[1]
    assert issued[0] == issued[1]
    key.unlink()
    async with agent(made, _template(file, contents)) as running:
        await until(key.exists)
        await running.rendered()
        assert "PRIVATE KEY" in key.read_text()
        assert len(made.root.list("pki/certs")["data"]["keys"]) == issued[0] + 1


async def test_a_target_that_cannot_be_written_costs_no_credential(made: World, tmp_path: Path) -> None:
    """The destination is tried before anything is asked of the server; when it can be written, the file is there."""
    (tmp_path / "x").mkdir()
    before = made.leases("database/creds/long")
    creds = '{{ with secret "database/creds/long" }}{{ .Data.username }}{{ end }}'
    async with agent(made, _template(tmp_path / "x", creds)) as running:
        await until(lambda: (running.template(tmp_path / "x").trouble or None) is not None)
        trouble = running.template(tmp_path / "x").trouble
        assert trouble is not None
        assert trouble.reason == f"{tmp_path}/x: is a directory"
        assert running.status.dependencies == ()
        assert made.leases("database/creds/long") == before
        (tmp_path / "x").rmdir()
        await running.rendered()
        assert len(made.leases("database/creds/long")) == len(before) + 1


@needs_root
async def test_a_disk_that_is_full_keeps_the_old_file(made: World, tmp_path: Path) -> None:
    """The old file stays, nothing is asked for meanwhile, and the new one is written as soon as there is space."""
    made.put_secret("full", a="x" * 30_000)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(tmp_path)], check=True)
    try:
        file = tmp_path / "x"
        async with agent(made, FAST + _template(file, _kv("full"))) as running:
            await running.rendered()
            (tmp_path / "ballast").write_bytes(b"x" * 80 * 1024)
            made.put_secret("full", a="y" * 30_000)
            await until(lambda: running.template(file).trouble is not None)
            trouble = running.template(file).trouble
            assert trouble is not None
            assert trouble.reason == f"{file}: no space left on device"
            assert file.read_text() == "x" * 30_000
            (tmp_path / "ballast").unlink()
            await holds(file, "y" * 30_000)
            assert [each.name for each in tmp_path.iterdir()] == ["x"]
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


async def test_files_that_templates_read_are_followed(made: World, tmp_path: Path) -> None:
    """`file` reads within the sandbox, and a change renders the template again."""
    sandbox = tmp_path / "sandbox"
    (sandbox / "etc").mkdir(parents=True)
    (sandbox / "etc" / "x").write_text("one")
    more = f"sandbox_path = {json.dumps(str(sandbox))}"
    text = _template(tmp_path / "a", '{{ file "/etc/x" }}', more) + _template(tmp_path / "b", '{{ file "../x" }}', more)
    async with agent(made, text, login=False) as running:
        await holds(tmp_path / "a", "one")
        await until(lambda: running.template(tmp_path / "b").trouble is not None)
        trouble = running.template(tmp_path / "b").trouble
        assert trouble is not None
        assert "is outside of sandbox_path" in trouble.reason
        (sandbox / "etc" / "x").write_text("two")
        await holds(tmp_path / "a", "two")


@pytest.mark.parametrize(
    ("stanza", "reason"),
    [
        ("{{ with secret \"secret/end\" }}{{ .Data.data.nope }}{{ end }}\", error_on_missing_key = true", "nope"),
        ("x\", command = \"exit 3 # \"", "it ended with status 3"),
        ("{{ broken", "unclosed action|unexpected|function"),
    ],
)  # fmt: skip
async def test_failures_end_the_agent_where_that_is_wanted(
    made: World, tmp_path: Path, stanza: str, reason: str
) -> None:
    """`exit_on_retry_failure` makes each kind of failure the agent's end, which says why."""
    made.put_secret("end", a="1")
    contents, quote, more = stanza.partition('"' + ", ")
    text = "template_config { exit_on_retry_failure = true }\n" + _template(
        tmp_path / "x", contents, more if quote else ""
    )
    async with agent(made, text) as running:
        with pytest.raises(RenderingEnded, match=reason):
            await running.running


async def test_a_secret_that_stays_missing_ends_the_agent_after_its_tries(made: World, tmp_path: Path) -> None:
    """`num_retries` says how often; a template with `error_fatal = false` doesn't."""
    text = (
        "vault { retry { num_retries = 2 } }\ntemplate_config { exit_on_retry_failure = true }\n"
        + _template(tmp_path / "y", "{{ nothing }}", "error_fatal = false")
        + _template(tmp_path / "x", _kv("never-there"))
    )
    async with agent(made, text) as running:
        with pytest.raises(RenderingEnded, match="read secret/never-there: no secret exists"):
            await running.running


async def test_jinja_is_a_second_language(made: World, tmp_path: Path) -> None:
    """A template in Jinja asks for secrets in the same way, and follows them."""
    made.put_secret("jinja", a="one")
    text = FAST + _template(tmp_path / "x", "{{ secret('secret/jinja').data.data.a }}\n", 'engine = "jinja"')
    async with agent(made, text) as running:
        await running.rendered()
        assert (tmp_path / "x").read_text() == "one\n"
        made.put_secret("jinja", a="two")
        await holds(tmp_path / "x", "two\n")


async def test_tokens_of_seconds_cost_no_certificate_and_no_dead_credential(made: World, tmp_path: Path) -> None:
    """A certificate of a day stays through logins; a credential that ends with its token is replaced before that."""
    made.write(
        "auth/approle/role/seconds",
        {"bind_secret_id": False, "secret_id_bound_cidrs": "127.0.0.1/32", "token_policies": "app", "token_ttl": "2s",
         "token_max_ttl": "4s"},
    )  # fmt: skip
    contents = '{{ with secret "pki/issue/web" "common_name=s.example.com" }}{{ .Data.serial_number }}{{ end }}'
    user = '{{ with secret "database/creds/long" }}{{ .Data | toJSON }}{{ end }}'
    text = _template(tmp_path / "cert", contents) + _template(tmp_path / "user", user)
    async with agent_with_own_session(made, text, "seconds", tmp_path) as rendering:
        await rendering.rendered.wait()
        serial, users = (tmp_path / "cert").read_text(), set()
        for _ in range(50):
            data = json.loads((tmp_path / "user").read_text())
            users.add(data["username"])
            assert made.works(data), users
            await asyncio.sleep(0.2)
        assert (tmp_path / "cert").read_text() == serial
        assert 3 <= len(users) <= 6, users
