"""Logins that Debian's FreeRADIUS decides, through a running server."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.conformance.servers import Server
from tests.sim.radius.freeradius import LONGEST_PASSWORD, PASSWORD, FreeRadius


class Mount:
    """A mount of its own that asks FreeRADIUS.

    Args:
        client: of the server that the mount is on.
    """

    def __init__(self, client: hvac.Client, radius: FreeRadius) -> None:
        self.client = client
        self.path = f"radius-{uuid.uuid4().hex[:8]}"
        client.sys.enable_auth_method("radius", path=self.path)
        self.configure(**radius.config, unregistered_user_policies="guest", token_policies="all")

    def configure(self, **settings: Any) -> None:
        """Change the mount's configuration."""
        self.client.write_data(f"auth/{self.path}/config", data=settings)

    def log_in(self, name: str, password: str = PASSWORD) -> dict[str, Any]:
        """The `auth` of a login."""
        answer = self.client.auth.radius.login(name, password, use_token=False, mount_point=self.path)
        found: dict[str, Any] = answer["auth"]
        return found


@pytest.fixture
def mount(ours: Server, freeradius: FreeRadius) -> Iterator[Mount]:
    """A mount with users that aren't registered."""
    client = hvac.Client(url=ours.url, token=ours.token)
    yield Mount(client, freeradius)
    client.adapter.close()


@pytest.mark.parametrize(
    ("name", "password"),
    [("ann", PASSWORD), ("bücher", PASSWORD), ("user@realm.example", PASSWORD), ("longest", LONGEST_PASSWORD)],
)
def test_accepted(mount: Mount, name: str, password: str) -> None:
    """Who the server accepts gets a token, whatever letters name and password have, up to RADIUS's longest password."""
    auth = mount.log_in(name, password)
    assert auth["metadata"] == {"username": name, "policies": "guest"}
    assert auth["policies"] == ["all", "default", "guest"]


@pytest.mark.parametrize(("name", "password"), [("ann", "wrong"), ("nobody", PASSWORD), ("ann", PASSWORD + " ")])
def test_rejected(mount: Mount, name: str, password: str) -> None:
    """A wrong password and an unknown name get the same answer."""
    with pytest.raises(exceptions.InvalidRequest, match=r"^access denied by the authentication server,"):
        mount.log_in(name, password)


def test_challenged(mount: Mount) -> None:
    """A further question is no acceptance, and the answer says that it can't be answered."""
    with pytest.raises(exceptions.InvalidRequest, match="Access-Challenge"):
        mount.log_in("challenged")


def test_a_wrong_secret_gets_no_answer(mount: Mount) -> None:
    """The server drops what another secret has made; the error names both possible mistakes."""
    mount.configure(secret="another", read_timeout=1)
    with pytest.raises(exceptions.BadGateway, match="isn't its client or has another secret"):
        mount.log_in("ann")


def test_silence(mount: Mount) -> None:
    """A server that answers nothing lets nobody in."""
    mount.configure(read_timeout=1)
    with pytest.raises(exceptions.BadGateway, match="did not answer in time"):
        mount.log_in("silent")


def test_an_answer_without_message_authenticator(mount: Mount) -> None:
    """It is dropped by default, with an error that names the setting; the setting takes it, for old servers."""
    mount.configure(read_timeout=1)
    with pytest.raises(exceptions.BadGateway, match="require_message_authenticator"):
        mount.log_in("unsigned")
    mount.configure(require_message_authenticator=False)
    assert mount.log_in("unsigned")["metadata"]["username"] == "unsigned"


def test_nobody_listens(mount: Mount) -> None:
    """A closed port is told at once."""
    mount.configure(port=9)
    with pytest.raises(exceptions.BadGateway, match="cannot be reached"):
        mount.log_in("ann")


def test_registered(mount: Mount) -> None:
    """A registered user gets their own policies instead, in whatever case the name is written."""
    radius = mount.client.auth.radius
    radius.register_user("ann", policies=["own"], mount_point=mount.path)
    for name in ("ann", "Ann"):
        assert mount.log_in(name)["policies"] == ["all", "default", "own"]
    radius.delete_user("ann", mount_point=mount.path)
    assert mount.log_in("ann")["policies"] == ["all", "default", "guest"]


def test_a_server_that_distinguishes_case(mount: Mount) -> None:
    """With the setting it is asked for the name as it was typed; here the user is one, however it is typed."""
    with pytest.raises(exceptions.InvalidRequest, match="access denied"):
        mount.log_in("Case.Matters")
    mount.configure(username_as_typed=True)
    auth = mount.log_in("Case.Matters")
    assert (auth["metadata"]["username"], auth["policies"]) == ("case.matters", ["all", "default", "guest"])
    with pytest.raises(exceptions.InvalidRequest, match="access denied"):
        mount.log_in("case.matters")
    body = {"username": "Case.Matters", "password": PASSWORD}
    again = mount.client.write_data(f"auth/{mount.path}/login", data=body)["auth"]
    assert again["entity_id"] == auth["entity_id"]
