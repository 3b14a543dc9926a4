"""Logins as clients make them: a request for `GetCallerIdentity`, signed by botocore."""

from __future__ import annotations

import base64
import json
from typing import Any

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

BODY = "Action=GetCallerIdentity&Version=2011-06-15"
URL = "https://sts.amazonaws.com/"
Keys = tuple[str, str, str | None]


def b64(text: str | bytes) -> str:
    """In base64."""
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def login(
    keys: Keys,
    *,
    role: str = "",
    url: str = URL,
    body: str = BODY,
    region: str = "us-east-1",
    headers: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> dict[str, Any]:
    """The fields of a login by a signed `POST`.

    Args:
        headers: signed too. after: added when it is signed.
    """
    given = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", **(headers or {})}
    request = AWSRequest("POST", url, data=body.encode(), headers=given)
    SigV4Auth(Credentials(*keys), "sts", region).add_auth(request)
    return {
        "role": role,
        "iam_http_request_method": "POST",
        "iam_request_url": b64(url),
        "iam_request_body": b64(body),
        "iam_request_headers": b64(json.dumps({**dict(request.headers.items()), **(after or {})})),
    }


def presigned(keys: Keys, *, role: str = "", query: str = BODY, region: str = "us-east-1") -> dict[str, Any]:
    """The fields of a login by a presigned `GET`."""
    request = AWSRequest("GET", f"{URL}?{query}")
    SigV4QueryAuth(Credentials(*keys), "sts", region, expires=60).add_auth(request)
    return {
        "role": role,
        "iam_http_request_method": "GET",
        "iam_request_url": b64(str(request.url)),
        "iam_request_headers": json.dumps({"Host": "sts.amazonaws.com"}),
    }
