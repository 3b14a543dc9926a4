"""Tickets of Active Directory, as Samba gives them: with a PAC, and for a service account that names belong to."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import hvac  # type: ignore[import-untyped]
import pytest

from tests.conformance.servers import Server
from tests.sim import kdc, samba_ad

REALM = "AD.EXAMPLE"
CLIENT = Path(kdc.__file__).with_name("client.py")
_CONFIG = """
[libdefaults]
  default_realm = {realm}
  dns_lookup_realm = false
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  rdns = false
[realms]
  {realm} = {{
    kdc = {address}
  }}
[domain_realm]
  localhost = {realm}
"""


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[samba_ad.Controller]:
    """A domain controller with users and nested groups."""
    kdc.require()
    with samba_ad.run(tmp_path_factory.mktemp("ad")) as running:
        yield running


def _keytab(controller: samba_ad.Controller) -> bytes:
    """The keys of the account `service`, which `HTTP/localhost` belongs to."""
    file = controller.folder / "service.keytab"
    settings = ["-s", str(controller.folder / "smb.conf")]
    for words in (
        ["spn", "add", "HTTP/localhost", "service"],
        ["domain", "exportkeytab", str(file), "--principal=service"],
    ):
        subprocess.run(["samba-tool", *words, *settings], check=True, capture_output=True, timeout=120)
    return file.read_bytes()


def _header(controller: samba_ad.Controller, user: str, password: str) -> str:
    """What a client of this user sends."""
    configuration = controller.folder / "krb5.conf"
    configuration.write_text(_CONFIG.format(realm=REALM, address=controller.address))
    cache = f"FILE:{controller.folder}/{user}.cache"
    environment = {**os.environ, "KRB5_CONFIG": str(configuration), "KRB5CCNAME": cache}
    subprocess.run(
        ["kinit", f"{user}@{REALM}"], env=environment, input=password + "\n", text=True, check=True, capture_output=True
    )
    done = subprocess.run(
        [sys.executable, CLIENT, "HTTP@localhost", "spnego"],
        env=environment,
        text=True,
        check=True,
        capture_output=True,
    )
    return f"Negotiate {done.stdout.strip()}"


def test_login(ours: Server, controller: samba_ad.Controller) -> None:
    """The account's keys open the ticket; groups are the directory's, nested ones included, and not the ticket's."""
    client = hvac.Client(url=ours.url, token=ours.token)
    client.sys.enable_auth_method("kerberos", path="ad")
    client.write_data(
        "auth/ad/config",
        data={
            "keytab": base64.b64encode(_keytab(controller)).decode(),
            "service_account": "service",
            "add_group_aliases": True,
        },
    )
    client.write_data(
        "auth/ad/config/ldap",
        data={
            "url": controller.url,
            "starttls": True,
            "insecure_tls": True,
            "binddn": samba_ad.SERVICE,
            "bindpass": samba_ad.SERVICE_PASSWORD,
            "userdn": samba_ad.USERS,
            "userattr": "sAMAccountName",
            "use_token_groups": True,
            "groupdn": samba_ad.BASE,
        },
    )
    client.write_data("auth/ad/groups/outer", data={"policies": "nested"})
    header = _header(controller, "bob", "Bob-Pass1")
    auth = client.write_data("auth/ad/login", data={"authorization": header})["auth"]
    assert (auth["metadata"], auth["policies"]) == ({"user": "bob", "domain": REALM}, ["default", "nested"])
    header = _header(controller, "ALICE", "Alice-Pass1")
    auth = client.write_data("auth/ad/login", data={"authorization": header})["auth"]
    entity = client.secrets.identity.read_entity(auth["entity_id"])["data"]
    assert [alias["name"] for alias in entity["aliases"]] == ["alice"]
    controller.set(f"CN=Bob,{samba_ad.USERS}", "userAccountControl", samba_ad.DISABLED)
    with pytest.raises(hvac.exceptions.InvalidRequest, match="may not log in"):
        client.write_data("auth/ad/login", data={"authorization": _again(controller, "bob")})
    client.adapter.close()


def _again(controller: samba_ad.Controller, user: str) -> str:
    """What a client of a user sends who has had a ticket for a while."""
    environment = {
        **os.environ,
        "KRB5_CONFIG": str(controller.folder / "krb5.conf"),
        "KRB5CCNAME": f"FILE:{controller.folder}/{user}.cache",
    }
    done = subprocess.run(
        [sys.executable, CLIENT, "HTTP@localhost", "spnego"],
        env=environment,
        text=True,
        check=True,
        capture_output=True,
    )
    return f"Negotiate {done.stdout.strip()}"
