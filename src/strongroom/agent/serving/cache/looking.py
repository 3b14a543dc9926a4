"""Asks whether a token still holds, after a request with it was denied (pure).

The API says `permission denied` both for a token that isn't valid and for what its policies don't allow.  So the server
is asked what the token is, which the policy `default` allows every token to know of itself.
"""

from __future__ import annotations

from strongroom.agent.serving.question import NAMESPACE, Question
from strongroom.http.message import HttpResponse


def look_of(token: str, namespace: str, agent: str) -> Question:
    """The request that asks what a token is.

    Args:
        namespace: in which it was made; empty for root.
        agent: the program as it names itself.
    """
    headers = {"user-agent": agent, "x-vault-request": "true"}
    if namespace:
        headers[NAMESPACE] = namespace.strip("/") + "/"
    return Question(method="GET", path="/v1/auth/token/lookup-self", query="", headers=headers, body=b"", token=token)


def holds(response: HttpResponse) -> bool | None:
    """What the answer to that says; None if it says nothing."""
    return {200: True, 403: False}.get(response.status)
