"""`hvac.auth.github`, against a dev server of ours; the reference server doesn't have the method."""

from __future__ import annotations

from collections.abc import Iterator

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.conformance.clients.test_hvac import fresh
from tests.conformance.servers import start_ours
from tests.sim.github import GitHub, Person, Team
from tests.sim.tls_server import TlsServer, serving

TEAM = Team(7, "backend", "Backend")


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsServer]:
    people = {"ghp_ann": Person("Ann", teams=[TEAM]), "ghp_eve": Person("eve", organizations=[2])}
    with serving(tmp_path_factory.mktemp("github"), GitHub(people)) as server:
        yield server


@pytest.fixture(scope="module")
def client(api: TlsServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[hvac.Client]:
    """A client of a server that trusts the stand-in as its system's authority."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(api.certificate))
        with start_ours(tmp_path_factory.mktemp("ours")) as server:
            yield hvac.Client(url=server.url, token=server.token)


@pytest.fixture
def mount(client: hvac.Client, api: TlsServer) -> str:
    path = fresh("github")
    client.sys.enable_auth_method("github", path=path)
    client.auth.github.configure("acme", base_url=f"https://{api.host}/api/v3/", ttl="10m", mount_point=path)
    return path


def test_configuration(client: hvac.Client, mount: str) -> None:
    """Written and read; the organization's id was asked for."""
    shown = client.auth.github.read_configuration(mount_point=mount)["data"]
    assert (shown["organization"], shown["organization_id"], shown["ttl"]) == ("acme", 1001, 600)


def test_maps_and_login(client: hvac.Client, mount: str) -> None:
    """Policies of the team and of the user come with the login."""
    github = client.auth.github
    github.map_team("backend", ["dev", "ops"], mount_point=mount)
    github.map_user("ann", ["own"], mount_point=mount)
    assert github.read_team_mapping("backend", mount_point=mount)["data"] == {"key": "backend", "value": "dev,ops"}
    assert github.read_user_mapping("ann", mount_point=mount)["data"] == {"key": "ann", "value": "own"}
    auth = github.login("ghp_ann", use_token=False, mount_point=mount)["auth"]
    assert auth["policies"] == ["default", "dev", "ops", "own"]
    assert auth["metadata"] == {"username": "Ann", "org": "acme"}
    renewed = client.auth.token.renew(auth["client_token"])["auth"]
    assert renewed["lease_duration"] == 600


def test_who_does_not_get_in(client: hvac.Client, mount: str) -> None:
    """A token that GitHub doesn't know, and a member of another organization."""
    with pytest.raises(exceptions.Forbidden, match="GitHub refused the token"):
        client.auth.github.login("ghp_none", use_token=False, mount_point=mount)
    with pytest.raises(exceptions.InvalidRequest, match="not part of required org"):
        client.auth.github.login("ghp_eve", use_token=False, mount_point=mount)
