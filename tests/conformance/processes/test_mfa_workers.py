"""Logins with a second factor on a node with several workers: each code and each login counts once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pyotp
import pytest

from tests.conformance.processes.agreement import everyone
from tests.conformance.processes.node import Node, running
from tests.conformance.processes.wire import Answer, Connection


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with two workers."""
    with running(Node(tmp_path_factory.mktemp("mfa"), workers_wanted=2)) as node:
        node.ready()
        node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
        yield node


def enrolled(node: Node, user: str) -> tuple[str, pyotp.TOTP]:
    """A user of whom a second factor is demanded: the method's id, and the authenticator app."""
    node.ok("POST", f"auth/userpass/users/{user}", {"password": "pw"})
    accessor = node.ok("GET", "sys/auth/userpass").json["data"]["accessor"]
    wanted = {"issuer": "s", "method_name": user, "max_validation_attempts": 5}
    method = node.ok("POST", "identity/mfa/method/totp", wanted).json["data"]["method_id"]
    about = {"method_id": method, "mount_accessor": accessor, "alias_name": user}
    url = node.ok("POST", "identity/mfa/method/totp/admin-generate", about).json["data"]["url"]
    entity = node.ok("POST", "identity/lookup/entity", {"alias_name": user, "alias_mount_accessor": accessor})
    concerns = {"mfa_method_ids": [method], "identity_entity_ids": [entity.json["data"]["id"]]}
    node.ok("POST", f"identity/mfa/login-enforcement/{user}", concerns)
    app = pyotp.parse_uri(url)
    assert isinstance(app, pyotp.TOTP)
    return method, app


def at_once(connections: list[Connection], path: str, body: dict[str, object], token: str = "") -> list[Answer]:
    """The same request on every connection, at the same time."""
    answers: list[Answer] = []
    threads = [
        threading.Thread(target=lambda each=each: answers.append(each.call("POST", path, body, token)))
        for each in connections
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_one_login_and_one_code_give_one_token(node: Node) -> None:
    """Twenty connections to both workers prove the same login with the same code at once."""
    method, app = enrolled(node, "eva")
    begun = node.ok("POST", "auth/userpass/login/eva", {"password": "pw"}, "")
    id_ = begun.json["auth"]["mfa_requirement"]["mfa_request_id"]
    with everyone(node, 20) as readers:
        assert len(node.held_by(readers.connections)) == 2
        proof: dict[str, object] = {"mfa_request_id": id_, "mfa_payload": {method: [app.now()]}}
        answers = at_once(readers.connections, "sys/mfa/validate", proof)
    assert sorted(answer.status for answer in answers).count(200) == 1
    assert {answer.status for answer in answers} <= {200, 400, 403}


def test_failures_are_counted_by_all_workers_together(node: Node) -> None:
    """Five wrong codes on any workers block the right one on all of them."""
    method, app = enrolled(node, "bob")
    begun = node.ok("POST", "auth/userpass/login/bob", {"password": "pw"}, "")
    id_ = begun.json["auth"]["mfa_requirement"]["mfa_request_id"]
    near = {app.now(), app.at(int(time.time()) + 30)}
    wrong = next(code for code in map("{:06d}".format, range(10)) if code not in near)
    with everyone(node, 20) as readers:
        for connection in readers.connections[:5]:
            body = {"mfa_request_id": id_, "mfa_payload": {method: [wrong]}}
            assert connection.call("POST", "sys/mfa/validate", body).status == 403
        for connection in readers.connections:
            body = {"mfa_request_id": id_, "mfa_payload": {method: [app.now()]}}
            answer = connection.call("POST", "sys/mfa/validate", body)
            assert answer.status == 403
            assert "maximum TOTP validation attempts" in answer.json["errors"][0]
