"""A stand-in for Google's APIs, made after their public descriptions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.sim.answering import Answering, Asked, answering
from tests.sim.issuer import Issuer, known

PROJECT = "project-1"


@dataclass
class StandIn:
    """A running stand-in, in which there is one service account, one instance and one group."""

    server: Answering
    google: Issuer = field(default_factory=lambda: known("google-1"))
    account: Issuer = field(default_factory=lambda: known("account-1"))
    own: Issuer = field(default_factory=lambda: known("own-1"))
    email: str = f"web@{PROJECT}.iam.gserviceaccount.com"
    unique_id: str = "100000000000000000001"

    def __post_init__(self) -> None:
        instance = f"projects/{PROJECT}/zones/us-east1-b/instances/vm-1"
        described = {"email": self.email, "uniqueId": self.unique_id, "projectId": PROJECT}
        compute = f"/compute/v1/projects/{PROJECT}"
        members = {"items": [{"instance": f"https://www.googleapis.com/compute/v1/{instance}"}]}
        ancestors = [("project", PROJECT), ("folder", "20"), ("organization", "30")]
        self.server.table |= {
            "POST /token": {"access_token": "canary-bearer", "expires_in": 3600},
            "GET /oauth2/v3/certs": {"keys": [self.google.jwk]},
            "GET /compute/v1/" + instance: {"id": "42", "status": "RUNNING", "labels": {"env": "prod", "team": "a"}},
            f"POST {compute}/zones/us-east1-b/instanceGroups/zonal/listInstances": members,
            f"POST {compute}/regions/us-east1/instanceGroups/regional/listInstances": members,
            f"POST {compute}/zones/us-east1-b/instanceGroups/empty/listInstances": {},
            f"POST /v1/projects/{PROJECT}:getAncestry": {
                "ancestor": [{"resourceId": {"type": kind, "id": id_}} for kind, id_ in ancestors]
            },
        }
        for name in (self.email, self.unique_id):
            certificates = {self.account.kid: self.account.certificate_pem}
            self.server.table[f"GET /service_accounts/v1/metadata/x509/{name}"] = certificates
            self.server.table[f"GET /v1/projects/-/serviceAccounts/{name}"] = self._for_bearer(described)

    def _for_bearer(self, document: Any) -> Any:
        def answer(asked: Asked) -> tuple[int, Any]:
            allowed = asked.headers.get("authorization") == "Bearer canary-bearer"
            return (200, document) if allowed else (401, {})

        return answer

    @property
    def config(self) -> dict[str, Any]:
        """A configuration that leads here."""
        key = {
            "type": "service_account",
            "client_email": f"vault@{PROJECT}.iam.gserviceaccount.com",
            "private_key_id": self.own.kid,
            "private_key": self.own.private_pem,
            "project_id": PROJECT,
            "client_id": "1",
            "token_uri": f"{self.server.url}/token",
        }
        endpoints = dict.fromkeys(("api", "iam", "crm", "compute"), self.server.url)
        return {"credentials": json.dumps(key), "custom_endpoint": endpoints}

    def of_account(self, now: float, role: str, **changes: Any) -> str:
        """A token that the service account has signed."""
        claims = {"iss": self.email, "sub": self.email, "aud": f"vault/{role}", "iat": now, "exp": now + 600}
        return self.account.sign({**claims, **changes})

    def of_instance(self, now: float, role: str, engine: dict[str, Any] | None = None, **changes: Any) -> str:
        """A token that Google has signed for the instance."""
        compute = {
            "project_id": PROJECT,
            "project_number": 7,
            "zone": "us-east1-b",
            "instance_id": "42",
            "instance_name": "vm-1",
            "instance_creation_timestamp": 1,
            **(engine or {}),
        }
        claims = {
            "iss": "https://accounts.google.com",
            "sub": self.unique_id,
            "aud": f"http://vault/{role}",
            "iat": now,
            "exp": now + 3600,
            "google": {"compute_engine": compute},
        }
        return self.google.sign({**claims, **changes})


@contextmanager
def running() -> Iterator[StandIn]:
    """A stand-in of its own."""
    with answering() as server:
        yield StandIn(server)
