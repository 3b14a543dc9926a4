"""Clients of Kerberos against a running server."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import hvac  # type: ignore[import-untyped]
import pytest
import requests
from hvac import exceptions

from tests.conformance.program import OLDER_PEER, OURS, forked
from tests.conformance.servers import Server
from tests.flow.auth.kerberos.mount import Around
from tests.sim import kdc

ALICE = {"user": "alice", "domain": kdc.REALM}


def post(server: Server, **headers: str) -> requests.Response:
    """A login with these headers."""
    return requests.post(f"{server.url}/v1/auth/kerberos/login", headers=headers, timeout=30)


def test_the_header(configured: Server, around: Around) -> None:
    """A client that sends the header gets a token, and the answer that proves the server."""
    answer = post(configured, Authorization=around.kdc.header())
    assert (answer.status_code, answer.json()["auth"]["metadata"]) == (200, ALICE)
    assert answer.json()["auth"]["policies"] == ["all", "default", "rule"]
    assert answer.headers["WWW-Authenticate"].startswith("Negotiate oY")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_challenge(configured: Server, method: str) -> None:
    """Without a ticket the answer is a 401 that names the scheme, on every listener and without tuning."""
    answer = requests.request(method, f"{configured.url}/v1/auth/kerberos/login", timeout=30)
    assert (answer.status_code, answer.json()) == (401, {"errors": ["authentication required"]})
    assert answer.headers["WWW-Authenticate"] == "Negotiate"


def test_a_refused_ticket(configured: Server, around: Around) -> None:
    """It is a 401 again, with the reason."""
    answer = post(configured, Authorization=around.kdc.header(service="HTTP@other.test"))
    assert answer.status_code == 401
    assert "for another service" in answer.json()["errors"][0]
    assert answer.headers["WWW-Authenticate"] == "Negotiate"


def test_a_ticket_is_shown_once(configured: Server, around: Around) -> None:
    """Whichever of the server's processes gets it the second time."""
    header = around.kdc.header()
    assert [post(configured, Authorization=header).status_code for _ in range(6)] == [200, *[401] * 5]


def test_the_body(configured: Server, around: Around) -> None:
    """Clients that can't send the header put it into the body, as hvac's write does."""
    client = hvac.Client(url=configured.url)
    auth = client.write_data("auth/kerberos/login", data={"authorization": around.kdc.header()})["auth"]
    assert auth["metadata"] == ALICE
    with pytest.raises(exceptions.Unauthorized):
        client.write_data("auth/kerberos/login", data={"authorization": "Negotiate AAAA"})
    client.adapter.close()


def test_a_directory_that_hangs_delays_only_its_own_logins(configured: Server, around: Around) -> None:
    """While more logins than are asked at once wait for one mount's directory, those of another mount go on."""
    client = hvac.Client(url=configured.url, token=configured.token)
    client.sys.enable_auth_method("kerberos", path="hanging")
    client.write_data("auth/hanging/config", data=around.config)
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(20) as threads:
        url = f"ldap://127.0.0.1:{silent.getsockname()[1]}"
        client.write_data("auth/hanging/config/ldap", data={**around.ldap, "url": url, "request_timeout": 15})
        headers = [around.kdc.header() for _ in range(20)]
        waiting = [threads.submit(_login_at, configured, "hanging", header) for header in headers]
        accepted = silent.accept()  # the first login has got there
        assert _login_at(configured, "kerberos", around.kdc.header()) == 200
        assert not any(each.done() for each in waiting)
        accepted[0].close()
        assert {each.result() for each in waiting} <= {502, 429}
    client.sys.disable_auth_method("hanging")
    client.adapter.close()


def _login_at(server: Server, mount: str, header: str) -> int:
    """The status of a login."""
    url = f"{server.url}/v1/auth/{mount}/login"
    return requests.post(url, headers={"Authorization": header}, timeout=60).status_code


def test_hvac_configures(configured: Server, around: Around) -> None:
    """hvac's general methods reach everything; secrets are never read back."""
    client = hvac.Client(url=configured.url, token=configured.token)
    shown = client.read("auth/kerberos/config")["data"]
    assert shown == {
        "service_account": kdc.SERVICE,
        "add_group_aliases": False,
        "remove_instance_name": False,
        "decode_pac": True,
    }
    ldap = client.read("auth/kerberos/config/ldap")["data"]
    assert (ldap["url"], "bindpass" in ldap) == (around.directory.url, False)
    assert client.list("auth/kerberos/groups")["data"]["keys"] == ["admins"]
    client.adapter.close()


def test_curl(configured: Server, around: Around) -> None:
    """curl's own client of SPNEGO answers the challenge."""
    if "GSS-API" not in subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True).stdout:
        pytest.skip("curl is built without GSS-API")
    url = configured.url.replace("127.0.0.1", "localhost") + "/v1/auth/kerberos/login"
    cache = {"KRB5CCNAME": f"FILE:{around.kdc.tickets_of('bob')}"}
    curl = shutil.which("curl")
    assert curl is not None
    said = around.kdc.run(curl, "-sS", "-X", "POST", "--negotiate", "-u", ":", url, extra=cache)
    assert json.loads(said)["auth"]["metadata"] == {"user": "bob", "domain": kdc.REALM}


def _login(program: Path, server: Server, home: Path, *words: str, **extra: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("KRB5", "VAULT_", "BAO_", "STRONGROOM_"))}
    variables = {"HOME": str(home), "VAULT_ADDR": server.url, "BAO_ADDR": server.url, **extra}
    return subprocess.run(
        [forked(program), "login", "-method=kerberos", "-format=json", "-no-store", *words],
        env={**kept, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("program", [OURS, OLDER_PEER], ids=["strongroom", "bao"])
def test_login_with_a_keytab(configured: Server, around: Around, tmp_path: Path, program: Path) -> None:
    """The command gets a ticket by the user's keys, ours and the reference server's alike."""
    if not program.exists():
        pytest.skip("the older reference server isn't installed: make older-peer")
    done = _login(
        program,
        configured,
        tmp_path,
        "username=alice",
        f"realm={kdc.REALM}",
        f"service={kdc.SERVICE}",
        f"keytab_path={around.kdc.keytab_of('alice')}",
        f"krb5conf_path={around.kdc.configuration}",
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["auth"]["metadata"] == ALICE


def test_login_with_tickets(configured: Server, around: Around, tmp_path: Path) -> None:
    """Who has logged in by `kinit` needs no keytab; the configuration may come by the environment."""
    environment = {
        "KRB5CCNAME": f"FILE:{around.kdc.tickets_of('alice')}",
        "KRB5_CONFIG": str(around.kdc.configuration),
    }
    done = _login(OURS, configured, tmp_path, f"service={kdc.SERVICE}", **environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["auth"]["metadata"] == ALICE


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), '"service" is required'),
        (("service=x", "keytab_path=/x"), '"username" is required'),
        (("service=x", "keytab_path=/x", "username=a"), '"realm" is required'),
        (("service=x", "keytab_path=/nowhere", "username=a", "realm=R"), "there is no file /nowhere"),
        (("service=x", "krb5conf_path=/nowhere"), "there is no file /nowhere"),
        (("service=x", "remove_instance_name=true"), "as the keytab has it"),
        (("service=x", "disable_fast_negotiation=maybe"), 'invalid value "maybe"'),
        (("service=HTTP/nowhere", "realm=NO.WHERE"), "couldn't get a ticket for HTTP/nowhere"),
    ],
    ids=str,
)
def test_what_is_missing(configured: Server, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """The login ends with the reason before anything is sent."""
    environment: dict[str, Any] = {"KRB5CCNAME": f"FILE:{tmp_path}/none"}
    done = _login(OURS, configured, tmp_path, *words, **environment)
    assert done.returncode == 2
    assert said in done.stderr
