"""Signed requests to AWS, what is tried again, and where credentials come from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.sim.answering import Answering, Asked, answering

from strongroom.lib.aws import AwsApi, AwsBusy, AwsRefused, Call, Credentials, CredentialSources, Target
from strongroom.lib.errors import Unreachable, UpstreamFailed
from strongroom.testing.clock import SetClock

KEYS = Credentials("AKIA1", "canary-secret", "canary-session")
CALL = Call("GetUser", "2010-05-08", {"UserName": "a b"})


@pytest.fixture
def server() -> Iterator[Answering]:
    """Something that answers."""
    with answering() as found:
        yield found


def error(code: str, *, ec2: bool = False) -> bytes:
    """The body of an error."""
    inside = f"<Error><Code>{code}</Code><Message>m</Message></Error>"
    return f"<r><Errors>{inside}</Errors></r>".encode() if ec2 else f"<r>{inside}</r>".encode()


def api(pauses: list[float]) -> AwsApi:
    """Which notes its pauses."""

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    return AwsApi(pause=pause)


async def test_a_request_is_signed(server: Answering) -> None:
    """By the credentials, for the service and the region; the secret itself isn't sent or shown."""
    server.table["POST /"] = b"<GetUserResponse><UserName>x</UserName></GetUserResponse>"
    found = await api([]).ask(Target("iam", server.url, "us-east-1"), KEYS, CALL)
    assert found.value("UserName") == "x"
    (asked,) = server.asked
    assert asked.body == b"Action=GetUser&Version=2010-05-08&UserName=a+b"
    signature = asked.headers["authorization"]
    assert signature.startswith("AWS4-HMAC-SHA256 Credential=AKIA1/")
    assert "/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token" in signature
    assert asked.headers["x-amz-security-token"] == "canary-session"
    assert "canary-secret" not in repr(asked) + repr(KEYS)


@pytest.mark.parametrize(
    ("answers", "retries", "asked", "code"),
    [
        ([(500, b"")], -1, 2, ""),
        ([(503, b""), (429, b"")], -1, 3, ""),
        ([(503, b"")] * 3, -1, 3, "Unknown"),
        ([(503, b"")] * 3, 0, 1, "Unknown"),
        ([(400, error("Throttling"))], -1, 2, ""),
        ([(403, error("AccessDenied"))], -1, 1, "AccessDenied"),
        ([(400, error("InvalidInstanceID.NotFound", ec2=True))], -1, 1, "InvalidInstanceID.NotFound"),
        ([(400, error("<script>"))], -1, 1, "Unknown"),
        ([(301, b"")], -1, 1, "Unknown"),
    ],
)
async def test_what_is_tried_again(
    server: Answering, answers: list[tuple[int, bytes]], retries: int, asked: int, code: str
) -> None:
    """Failures that pass, at growing intervals, as often as it is set."""
    left = list(answers)
    server.table["POST /"] = lambda _: left.pop(0) if left else (200, b"<r/>")
    pauses: list[float] = []
    call = api(pauses).ask(Target("iam", server.url, "us-east-1"), KEYS, CALL, retries)
    if code:
        with pytest.raises(AwsRefused) as refused:
            await call
        assert (refused.value.code, refused.value.text) == (code, f"AWS refused GetUser: {code}")
    else:
        await call
    assert len(server.asked) == asked
    assert pauses == [0.2, 0.4, 0.8][: asked - 1]


@pytest.mark.parametrize(
    ("answer", "asked", "busy"),
    [
        ((500, b""), 1, True),
        ((503, error("ServiceUnavailable")), 1, True),
        ((400, error("Throttling")), 3, True),
        ((409, error("LimitExceeded")), 1, False),
    ],
)
async def test_what_is_not_to_be_done_twice(
    server: Answering, answer: tuple[int, bytes], asked: int, busy: bool
) -> None:
    """An action that failed may have been carried out, so it isn't tried again; a throttled one wasn't begun."""
    server.table["POST /"] = lambda _: answer
    call = Call("CreateAccessKey", "2010-05-08", repeatable=False)
    with pytest.raises(AwsRefused) as refused:
        await api([]).ask(Target("iam", server.url, "us-east-1"), KEYS, call)
    assert len(server.asked) == asked
    assert isinstance(refused.value, AwsBusy) == isinstance(refused.value, Unreachable) == busy


@pytest.mark.parametrize(("code", "logged"), [("AccessDenied", True), ("SignatureDoesNotMatch", False)])
async def test_an_explanation_is_logged_where_it_repeats_nothing(server: Answering, code: str, logged: bool) -> None:
    """Which permission is missing is worth knowing; what a wrong signature was made of isn't told, nor is any text to
    the client."""
    text = f"<R><Error><Code>{code}</Code><Message>no canary-action</Message></Error></R>".encode()
    server.table["POST /"] = lambda _: (403, text)
    with pytest.raises(AwsRefused) as refused:
        await api([]).ask(Target("iam", server.url, "us-east-1"), KEYS, CALL)
    assert ("canary-action" in refused.value.detail) == logged
    assert "canary-action" not in refused.value.text


@pytest.mark.parametrize("told", ["'{}' at 'x' failed", "x" * 390 + "{}", "{}" * 300, "\x1b[2J{}", "a\nb {}"])
async def test_an_explanation_repeats_no_secret(server: Answering, told: str) -> None:
    """That of `ValidationError` has the value of a parameter.  Nor does it steer a terminal."""
    secrets = {"ExternalId": "canary-external", "TokenCode": "4711-canary"}
    for secret in (*secrets.values(), KEYS.secret_key):
        text = told.replace("{}", secret).replace("\x1b", "&#155;")
        body = f"<R><Error><Code>ValidationError</Code><Message>{text}</Message></Error></R>".encode()
        server.table["POST /"] = lambda _, body=body: (400, body)
        call = Call("AssumeRole", "2011-06-15", secrets)
        with pytest.raises(AwsRefused) as refused:
            await api([]).ask(Target("sts", server.url, "us-east-1"), KEYS, call)
        assert secret[:4] not in refused.value.detail
        assert refused.value.detail.isprintable()


async def test_credentials_of_the_environment() -> None:
    """By their usual names, or the old ones; a key without its secret is none."""
    new = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "c"}
    assert await CredentialSources(new).find() == Credentials("a", "b", "c")
    old = {"AWS_ACCESS_KEY": "d", "AWS_SECRET_KEY": "e", "AWS_ACCESS_KEY_ID": "a"}
    assert await CredentialSources(old).find() == Credentials("d", "e")
    with pytest.raises(UpstreamFailed, match="there are no AWS credentials"):
        await CredentialSources({"AWS_EC2_METADATA_DISABLED": "true"}).find()


async def test_credentials_of_the_instance(server: Answering) -> None:
    """By the second version of the metadata service only, which demands a token."""
    held: dict[str, Any] = {"AccessKeyId": "a", "SecretAccessKey": "b", "Token": "c"}

    def guarded(document: bytes) -> Any:
        def answer(asked: Asked) -> tuple[int, Any]:
            return (200, document) if asked.headers.get("x-aws-ec2-metadata-token") == "canary" else (401, b"")

        return answer

    folder = "/latest/meta-data/iam/security-credentials/"
    server.table |= {
        "PUT /latest/api/token": b"canary",
        f"GET {folder}": guarded(b"role-1"),
        f"GET {folder}role-1": guarded(json.dumps(held).encode()),
    }
    clock = SetClock()
    sources = CredentialSources({}, server.url, clock.monotonic)
    assert await sources.find() == Credentials("a", "b", "c")
    server.table[f"GET {folder}role-1"] = b"{}"
    assert await sources.find() == Credentials("a", "b", "c")
    clock.advance(240)
    with pytest.raises(UpstreamFailed, match="there are no AWS credentials"):
        await sources.find()
    server.table["PUT /latest/api/token"] = (403, b"")
    with pytest.raises(UpstreamFailed, match="there are no AWS credentials"):
        await sources.find()
