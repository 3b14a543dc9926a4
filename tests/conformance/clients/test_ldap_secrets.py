"""`hvac`'s methods of the secrets engine ldap, against two servers over a real directory."""

from __future__ import annotations

from collections.abc import Iterator

import hvac  # type: ignore[import-untyped]
import pytest

from tests.conformance.program import OLDER_PEER
from tests.conformance.servers import Server, start_ours, start_peer
from tests.flow.engines.ldap.serving import ROLE, logs_in
from tests.sim import slapd
from tests.sim.slapd import ADMIN, ADMIN_PASSWORD, PEOPLE, Slapd, person


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """OpenLDAP."""
    with slapd.run(tmp_path_factory.mktemp("slapd")) as running:
        yield running


@pytest.fixture(scope="module", params=["ours", "peer"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Our server, and the reference server of a release that has the engine."""
    folder = tmp_path_factory.mktemp("server")
    if request.param == "peer" and not OLDER_PEER.exists():
        pytest.skip("the older reference server isn't installed: make older-peer")
    start = start_ours(folder) if request.param == "ours" else start_peer(folder, program=OLDER_PEER)
    with start as running:
        yield running


def test_all_methods(server: Server, directory: Slapd) -> None:
    """What hvac writes works, and what it reads is there; secrets log in at the directory."""
    mine, root = f"hvac-{server.name}", f"manager-{server.name}"
    for name in (mine, root):
        directory.add(person(name, name, "first-password"))
    client = hvac.Client(url=server.url, token=server.token)
    client.sys.enable_secrets_engine("ldap")
    engine = client.secrets.ldap
    given = {"url": directory.url, "userdn": PEOPLE, "userattr": "uid", "schema": "openldap"}
    engine.configure(binddn=ADMIN, bindpass=ADMIN_PASSWORD, request_timeout=20, starttls=False, **given)
    data = engine.read_config()["data"]
    assert {name: data[name] for name in given} == given
    engine.create_or_update_static_role("app", username=mine, rotation_period="1h")
    assert engine.read_static_role("app")["data"]["rotation_period"] == 3600
    assert engine.list_static_roles()["data"]["keys"] == ["app"]
    first = engine.generate_static_credentials("app")["data"]
    assert logs_in(directory, f"cn={mine},{PEOPLE}", first["password"])
    engine.rotate_static_credentials("app")
    second = engine.generate_static_credentials("app")["data"]
    assert second["last_password"] == first["password"]
    assert logs_in(directory, f"cn={mine},{PEOPLE}", second["password"])
    engine.delete_static_role("app")
    client.write_data("ldap/role/app", data=ROLE)
    made = client.read("ldap/creds/app")
    assert logs_in(directory, made["data"]["distinguished_names"][0], made["data"]["password"])
    client.sys.renew_lease(made["lease_id"], increment=60)
    client.sys.revoke_prefix("ldap/creds")
    engine.configure(binddn=f"cn={root},{PEOPLE}", bindpass="first-password")
    engine.rotate_root()
    assert not logs_in(directory, f"cn={root},{PEOPLE}", "first-password")
    client.adapter.close()
