"""Claims about what the broker's refusals become."""

from __future__ import annotations

import json

import pytest

from strongroom.engines.rabbitmq import answers
from strongroom.engines.rabbitmq.records import Connection

CONNECTION = Connection(uri="https://mq", username="owner", password="secret-one", next_password="secret-two")


@pytest.mark.parametrize("secret", ["secret-one", "secret-two", "b3duZXI6c2VjcmV0LW9uZQ==", "b3duZXI6c2VjcmV0LXR3bw=="])
@pytest.mark.parametrize("told", ["{}", "x" * 250 + "{}", "{}" * 500])
def test_a_refusal_shows_no_part_of_a_password(told: str, secret: str) -> None:
    """Also where the text is cut, and in the form in which it is sent."""
    body = json.dumps({"error": "bad_request", "reason": told.replace("{}", secret)}).encode()
    assert secret[:4] not in answers.refusal(400, body, CONNECTION, "it").text


def test_refusals() -> None:
    """In the broker's words, if it has any that can be shown."""
    told = answers.refusal(400, b'{"reason": ["a pattern", 1]}', CONNECTION, "it")
    assert told.text == "RabbitMQ refused it: a pattern"
    for body in (b"", b"[]", b'{"reason": 1}', b'{"reason": "a\\nb"}', b'{"reason": []}', b"\xff"):
        assert answers.refusal(500, body, CONNECTION, "it").text == "RabbitMQ refused it: status 500"
