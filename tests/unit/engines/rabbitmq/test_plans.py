"""Claims about plans: what the broker is sent, and whose user it is that is found there."""

from __future__ import annotations

import base64
import hashlib

import msgspec
import pytest

from strongroom.engines.rabbitmq import answers, names
from strongroom.engines.rabbitmq.plans import Plan, digest_of, plan_of
from strongroom.engines.rabbitmq.records import Connection, Permissions, Role, TopicPermissions
from strongroom.lib.errors import InvalidRequest, UpstreamFailed

PLAN = Plan(name="a/b", uri="http://q", digest="d", role="app")


def test_the_digest_is_that_of_the_documentation() -> None:
    """Of the password `test12`, with the salt 908D C60A."""
    assert digest_of("test12", bytes.fromhex("908DC60A")) == "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"
    salted = hashlib.sha256(b"salt" + "päss".encode()).digest()
    assert base64.b64decode(digest_of("päss", b"salt")) == b"salt" + salted


def test_every_permission_is_a_request() -> None:
    """With names escaped, each with words for people."""
    role = Role(
        tags="management",
        vhosts={"/": Permissions(read=".*")},
        vhost_topics={"/": {"amq.topic": TopicPermissions(write="x")}},
    )
    plan = msgspec.convert(msgspec.to_builtins(plan_of(role, "app", "a/b", "http://q", "d")), Plan)
    assert plan.user == {
        "password_hash": "d",
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": "management",
    }
    assert plan.permissions == [
        (
            'the permissions for the virtual host "/"',
            "permissions/%2F/a%2Fb",
            {"configure": "", "write": "", "read": ".*"},
        ),
        (
            'the topic permissions for the virtual host "/" and the exchange "amq.topic"',
            "topic-permissions/%2F/a%2Fb",
            {"exchange": "amq.topic", "write": "x", "read": ""},
        ),
    ]


@pytest.mark.parametrize(
    ("made", "digest", "uri", "owned"),
    [
        (False, "d", "http://q", True),
        (False, "other", "http://q", False),
        (True, "other", "http://q", True),
        (True, "other", "http://other", False),
        (True, "d", "http://other", True),
    ],
)
def test_whose_a_user_is(made: bool, digest: str, uri: str, owned: bool) -> None:
    """By the password; once it was made, also by the name, for somebody may have changed the password."""
    plan = msgspec.structs.replace(PLAN, made=made)
    assert plan.owns({"password_hash": digest}, uri) is owned
    assert plan.owns("no user", uri) is (made and uri == PLAN.uri)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"error": "bad_request", "reason": "why"}', "why"),
        (b'{"reason": ["invalid_regexp", [40], [[109]]]}', "invalid_regexp"),
        (b'{"reason": []}', ""),
        (b'{"reason": {}}', ""),
        (b'{"reason": "a\\nb"}', ""),
        (b"[]", ""),
        (b"<html>", ""),
        (b"\xff", ""),
    ],
)
def test_reasons(body: bytes, reason: str) -> None:
    """A text, or the first of a list; anything else is no reason."""
    assert answers.reason_of(body) == reason


def test_no_password_is_in_an_error() -> None:
    """Although the broker may repeat it, as it is or percent-encoded."""
    connection = Connection(uri="http://q", username="u", password="p@ss word", next_password="next-one")
    for secret in ("p@ss word", "p%40ss%20word", "next-one"):
        told = answers.refusal(400, f'{{"reason": "no {secret}"}}'.encode(), connection, "it")
        assert told.text == "RabbitMQ refused it: no [hidden]"
    assert "p@ss" not in repr(connection)


@pytest.mark.parametrize("tags", [["administrator"], ["a", "administrator"], "administrator", "a,administrator"])
def test_administrators(tags: object) -> None:
    """By a list of tags, or a text of older brokers."""
    answers.check_administrator({"tags": tags}, "u")


@pytest.mark.parametrize("answer", [{}, {"tags": []}, {"tags": "administrators"}, {"tags": None}, []])
def test_others_are_none(answer: object) -> None:
    """Who has another tag can't make users."""
    with pytest.raises(UpstreamFailed, match='no tag "administrator"'):
        answers.check_administrator(answer, "u")


def test_names() -> None:
    """The usual one is Vault's; what no user can be called is refused, and few random characters are told."""
    drawn = bytes(range(256)) * 9

    def name(template: str, display_name: str = "me") -> str:
        return names.new_name(template, display_name, "app", lambda count: drawn[:count], 0.0)

    assert name("").startswith("me-00010203-")
    assert name("{{.RoleName}}") == "app"
    for template in ("{{.DisplayName}}", '{{.DisplayName | replace "x" "y"}}'):
        with pytest.raises(InvalidRequest, match="empty, not printable"):
            name(template, "\n")
    with pytest.raises(InvalidRequest, match="over 255 bytes"):
        name("{{.DisplayName}}", "x" * 256)
    assert names.check_template("") == names.check_template("{{random 8}}") == []
    assert "fewer than 8 random characters" in names.check_template("{{.RoleName}}-{{random 7}}")[0]
