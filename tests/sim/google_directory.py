"""Google's token endpoint, signing service, metadata server and Directory API, as its documentation has them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.sim.tls_server import Asked, Reply, as_json

KEY = rsa.generate_private_key(65537, 2048)


def key_file() -> dict[str, str]:
    """A service account's key file."""
    pem = KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return {
        "type": "service_account",
        "client_email": "reader@project.example",
        "private_key_id": "k1",
        "private_key": pem.decode(),
    }


@dataclass
class GoogleDirectory:
    """One workspace: who is in which groups, in pages of one."""

    groups: dict[str, list[str]]
    schemas: dict[str, Any] = field(default_factory=dict)
    host: str = ""
    subjects: list[str | None] = field(default_factory=list)
    """In whose names tokens were asked for."""

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request."""
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if asked.path == "/metadata/instance/service-accounts/default/token":
            right = asked.headers.get("metadata-flavor") == "Google"
            return as_json({"access_token": "of-the-machine"} if right else {}, 200 if right else 403)
        if asked.path == "/credentials/projects/-/serviceAccounts/reader@project.example:signJwt":
            if asked.headers.get("authorization") != "Bearer of-the-machine":
                return as_json({}, 401)
            payload = json.loads(json.loads(asked.body)["payload"])
            return as_json({"keyId": "k1", "signedJwt": jwt.encode(payload, KEY, algorithm="RS256")})
        if asked.path == "/token":
            form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
            unjudged = {"verify_exp": False, "verify_iat": False}
            said = jwt.decode(
                form["assertion"],
                KEY.public_key(),
                algorithms=["RS256"],
                audience=f"https://{self.host}/token",
                options=unjudged,  # type: ignore[arg-type]
            )
            assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
            assert said["iss"] == "reader@project.example"
            self.subjects.append(said.get("sub"))
            return as_json({"access_token": "directory", "token_type": "Bearer"})
        if asked.headers.get("authorization") != "Bearer directory":
            return as_json({}, 401)
        if asked.path.startswith("/directory/users/"):
            assert query["projection"] == "custom"
            wanted = query["customFieldMask"].split(",")
            return as_json({"customSchemas": {name: self.schemas[name] for name in wanted if name in self.schemas}})
        if asked.path == "/directory/groups":
            found, at = self.groups.get(query["userKey"], []), int(query.get("pageToken", "0"))
            page: dict[str, Any] = {"groups": [{"email": email} for email in found[at : at + 1]]}
            if at + 1 < len(found):
                page["nextPageToken"] = str(at + 1)
            return as_json(page)
        return as_json({}, 404)
