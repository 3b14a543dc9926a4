"""A Kubernetes cluster for the cases of its auth method and its secrets engine."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

from tests.sim.kubernetes import Cluster
from tests.sim.kubernetes.stand_in import REVIEWER, new_key, public_pem
from tests.sim.tls_server import serving


@contextlib.contextmanager
def kubernetes(directory: Path) -> Iterator[dict[str, str]]:
    """One cluster that both servers ask, with tokens of every kind."""
    cluster = Cluster()
    front, back = cluster.add("web", "front", stage="prod"), cluster.add("team-a", "back", stage="test")
    stranger = cluster.add("other", "front")
    gone = cluster.add("web", "gone")
    tokens = {
        "front": cluster.token(front),
        "back": cluster.token(back),
        "stranger": cluster.token(stranger),
        "old": cluster.old_token(front),
        "for_vault": cluster.token(front, audience=["vault", "other"]),
        "expired": cluster.token(front, exp=int(time.time()) - 3600),
        "early": cluster.token(front, nbf=int(time.time()) + 3600),
        "forged": cluster.token(front, key=new_key()),
        "other_uid": cluster.token(cluster.add("web", "twin"), **_bound("web", "twin", "no-such-uid")),
        "no_uid": cluster.token(front, **_bound("web", "front", "")),
        "nobody": cluster.token(front, **_bound("", "", "x")),
        "gone": cluster.token(gone),
        "default_issuer": cluster.token(front, iss="kubernetes/serviceaccount"),
        "bound": cluster.token(front, exp=int(time.time()) + 3600),
    }
    del cluster.accounts["web", "gone"]
    with serving(directory, cluster) as server:
        # As the inside of a JSON text, where line ends are escaped.
        pem = json.dumps(server.certificate.read_text().partition("-----BEGIN CERT")[2])[1:-1]
        yield {
            **tokens,
            "host": f"https://{server.host}",
            "plain_host": server.host,
            "ca": f"-----BEGIN CERT{pem}",
            "reviewer": REVIEWER,
            "key": json.dumps(public_pem(cluster.key))[1:-1],
            "other_key": json.dumps(public_pem(new_key()))[1:-1],
        }


@contextlib.contextmanager
def kubernetes_secrets(directory: Path) -> Iterator[dict[str, str]]:
    """One cluster in which both servers make service accounts."""
    cluster = Cluster()
    cluster.add("web", "front", stage="prod")
    cluster.add("lab", "back", stage="test")
    with serving(directory, cluster) as server:
        pem = json.dumps(server.certificate.read_text().partition("-----BEGIN CERT")[2])[1:-1]
        yield {"host": f"https://{server.host}", "ca": f"-----BEGIN CERT{pem}", "jwt": REVIEWER}
    assert cluster.objects.wrong == [], "a server asked for what the real API would refuse"


def _bound(namespace: str, name: str, uid: str) -> dict[str, object]:
    return {"kubernetes.io": {"namespace": namespace, "serviceaccount": {"name": name, "uid": uid}}}
