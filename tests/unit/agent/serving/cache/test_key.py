"""Which requests are equal."""

from __future__ import annotations

import msgspec
import pytest

from strongroom.agent.serving.cache.key import LARGEST_BYTES, key_of
from strongroom.agent.serving.question import Question

ASKED = Question(
    method="PUT", path="/v1/auth/approle/login", query="a=1", headers={"x-vault-namespace": "t/"}, body=b"{}", token="t"
)


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "POST"},
        {"path": "/v1/auth/approle/login/"},
        {"query": "a=2"},
        {"headers": {"x-vault-namespace": "u/"}},
        {"headers": {"x-vault-namespace": "t/", "x-vault-wrap-ttl": "60"}},
        {"headers": {"x-vault-namespace": "t/", "x-anything": "1"}},
        {"headers": {}},
        {"body": b"{} "},
        {"token": "u"},
        {"token": ""},
        {"path": "/v1/auth/approle/logina", "query": "=1"},
        {"query": "a=1t", "token": ""},
    ],
)
def test_whatever_may_change_the_answer_makes_another_request(changes: dict[str, object]) -> None:
    """Fields that nobody here knows included, and no text at the border of two parts counts for both."""
    assert key_of(msgspec.structs.replace(ASKED, **changes)) != key_of(ASKED)


@pytest.mark.parametrize("name", ["user-agent", "x-request-id", "traceparent", "accept-language", "x-vault-request"])
def test_what_tells_of_the_client_alone_does_not(name: str) -> None:
    """Two programs that ask the same get the same."""
    asked = msgspec.structs.replace(ASKED, headers={**ASKED.headers, name: "x"})
    assert key_of(asked) == key_of(ASKED)


def test_an_endless_body_is_not_looked_at() -> None:
    """Its digest would hold up other requests."""
    assert key_of(msgspec.structs.replace(ASKED, body=b"x" * (LARGEST_BYTES + 1))) is None
