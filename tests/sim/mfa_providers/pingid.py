"""PingID's authentication API, as its documentation describes it: signed requests, signed answers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import Any

from tests.sim.tls_server import Asked, Reply, as_json

KEY, TOKEN, ORGANIZATION = (
    b"ping-canary-key-of-32-bytes-long",
    "ping-canary-token",
    "aaaaaaaa-a1b2-123a-b456-1234abcd5678",
)


def settings_file(host: str) -> str:
    """The file that an administrator downloads, in base64."""
    lines = [
        "#Auto-Generated from PingOne",
        f"use_base64_key={base64.b64encode(KEY).decode()}",
        "use_signature=true",
        f"token={TOKEN}",
        f"idp_url=https://{host}/pingid",
        f"org_alias={ORGANIZATION}",
        f"admin_url=https://{host}/pingid",
        f"authenticator_url=https://{host}/pingid/ppm",
    ]
    return base64.b64encode("\n".join(lines).encode()).decode()


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signed(payload: Any, *, key: bytes = KEY, algorithm: str = "HS256", token: str = TOKEN) -> bytes:
    """A compact signature over a payload."""
    header = {"alg": algorithm, "org_alias": ORGANIZATION, "token": token}
    start = f"{_b64(json.dumps(header).encode())}.{_b64(json.dumps(payload).encode())}"
    mac = hmac.new(key, start.encode(), hashlib.sha256).digest() if algorithm != "none" else b""
    return f"{start}.{_b64(mac)}".encode()


@dataclass
class PingId:
    """One organization.  Its user `eva` confirms, and has the code 123456."""

    error_id: int = 200
    key: bytes = KEY
    algorithm: str = "HS256"
    token: str = TOKEN
    client_data: str = ""
    """What is repeated instead of the request's."""

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request."""
        start, _, mac = asked.body.decode().rpartition(".")
        head, payload = (json.loads(_unb64(part)) for part in start.split("."))
        wanted = hmac.new(KEY, start.encode(), hashlib.sha256).digest()
        about = payload["reqHeader"]
        if (
            not hmac.compare_digest(_unb64(mac), wanted)
            or (head["alg"], head["org_alias"], head["token"]) != ("HS256", ORGANIZATION, TOKEN)
            or (about["orgAlias"], about["secretKey"], about["locale"]) != (ORGANIZATION, TOKEN, "en")
            or not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", about["timestamp"])
        ):
            return as_json({"responseBody": {"errorId": 401}}, 401)
        body = payload["reqBody"]
        error, session = self.error_id, ""
        if body["userName"] != "eva":
            error = 10564
        elif asked.path.endswith("/rest/4/authonline/do"):
            if body["authType"] == "OTP":
                error, session = 30008, "session-1"
        elif (body["sessionId"], body["otp"]) != ("session-1", "123456"):
            error = 20519
        echo = self.client_data or body["clientData"]
        answer = {"responseBody": {"sessionId": session, "errorId": error, "errorMsg": "", "clientData": echo}}
        return Reply(signed(answer, key=self.key, algorithm=self.algorithm, token=self.token))
