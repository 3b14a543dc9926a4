"""`hvac.auth.okta`, against a dev server of ours; the reference server doesn't have the method."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import hvac  # type: ignore[import-untyped]
import pytest
import requests
from hvac import exceptions

from tests.conformance.clients.test_hvac import fresh
from tests.conformance.servers import Server, start_ours
from tests.sim.okta import Okta, Person
from tests.sim.okta.stand_in import API_TOKEN
from tests.sim.tls_server import TlsServer, serving


@pytest.fixture(scope="module")
def okta() -> Okta:
    phone = [("push", "OKTA", "f1")]
    return Okta(
        [
            Person("eva@example.com", groups=["Engineering"]),
            Person("max@example.com", id="00u2", status="MFA_REQUIRED", factors=phone),
        ]
    )


@pytest.fixture(scope="module")
def api(okta: Okta, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsServer]:
    with serving(tmp_path_factory.mktemp("okta"), okta) as server:
        yield server


@pytest.fixture(scope="module")
def server(api: TlsServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that trusts the stand-in as its system's authority."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(api.certificate))
        with start_ours(tmp_path_factory.mktemp("ours")) as server:
            yield server


@pytest.fixture
def client(server: Server) -> hvac.Client:
    return hvac.Client(url=server.url, token=server.token)


@pytest.fixture
def mount(client: hvac.Client, api: TlsServer) -> str:
    path = fresh("okta")
    client.sys.enable_auth_method("okta", path=path)
    client.auth.okta.configure("127", api_token=API_TOKEN, base_url=f"0.0.1:{api.port}", mount_point=path)
    return path


def test_users_and_groups(client: hvac.Client, mount: str) -> None:
    """Written, read, listed and deleted."""
    okta = client.auth.okta
    assert okta.read_config(mount_point=mount)["data"]["org_name"] == "127"
    okta.register_user("eva@example.com", groups=["local"], policies=["own"], mount_point=mount)
    okta.register_group("engineering", policies=["dev"], mount_point=mount)
    shown = okta.read_user("eva@example.com", mount_point=mount)["data"]
    assert shown == {"groups": ["local"], "policies": ["own"]}
    assert okta.read_group("Engineering", mount_point=mount)["data"] == {"policies": ["dev"]}
    assert okta.list_users(mount_point=mount)["data"]["keys"] == ["eva@example.com"]
    assert okta.list_groups(mount_point=mount)["data"]["keys"] == ["engineering"]
    auth = okta.login("Eva@example.com", "password-canary", use_token=False, mount_point=mount)["auth"]
    assert auth["policies"] == ["default", "dev", "own"]
    assert client.auth.token.renew(auth["client_token"])["auth"]["policies"] == ["default", "dev", "own"]
    okta.delete_user("eva@example.com", mount_point=mount)
    okta.delete_group("engineering", mount_point=mount)
    for read, name in ((okta.read_user, "eva@example.com"), (okta.read_group, "engineering")):
        with pytest.raises(exceptions.InvalidPath):
            read(name, mount_point=mount)
    with pytest.raises(exceptions.InvalidRequest, match="okta auth failed"):
        okta.login("eva@example.com", "wrong", use_token=False, mount_point=mount)


def test_the_number_to_choose(server: Server, okta: Okta, mount: str) -> None:
    """While the login waits for the phone, another request reads the number, without a token."""
    asked, go = threading.Event(), threading.Event()
    answers: list[requests.Response] = []

    def phone() -> None:
        if asked.is_set():
            go.wait(30)
        asked.set()

    okta.number, okta.pushes, okta.asked_of_phone = 73, ["WAITING", "WAITING", "SUCCESS"], phone
    url = f"{server.url}/v1/auth/{mount}"
    assert requests.get(f"{url}/verify/n-o-n-c-e", timeout=30).status_code == 404

    def log_in() -> None:
        body = {"password": "password-canary", "nonce": "n-o-n-c-e"}
        answers.append(requests.post(f"{url}/login/max@example.com", json=body, timeout=60))

    thread = threading.Thread(target=log_in)
    thread.start()
    assert asked.wait(30)
    shown = requests.get(f"{url}/verify/n-o-n-c-e", timeout=30)
    while shown.status_code == 404 and thread.is_alive():
        shown = requests.get(f"{url}/verify/n-o-n-c-e", timeout=30)
    go.set()
    thread.join(60)
    assert shown.json()["data"] == {"correct_answer": 73}
    assert answers[0].status_code == 200, answers[0].text
    assert requests.get(f"{url}/verify/n-o-n-c-e", timeout=30).status_code == 404
