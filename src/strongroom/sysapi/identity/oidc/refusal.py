"""Errors in the form that clients of OpenID Connect expect.

They are responses and not exceptions, because what a refused request has used up, such as a code, stays used up.

Source: RFC 6749, section 5.2; RFC 6750, section 3; https://openid.net/specs/openid-connect-core-1_0.html#AuthError
"""

from __future__ import annotations

from strongroom.sdk.response import Response

UNSTORED = (("Pragma", "no-cache"),)
NOT_ASSIGNED = "identity entity not authorized by client assignment"


def refusal(
    error: str,
    description: str,
    *,
    status: int = 400,
    state: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Response:
    """A refusal.

    Args:
        error: the code that programs read. description: the reason, for people. state: that of the request, for
            requests that have one.
    """
    data = {"error": error, "error_description": description}
    if state is not None:
        data["state"] = state
    return Response(data=data, flat=True, status=status, headers=headers)
