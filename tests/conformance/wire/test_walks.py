"""Random walks over secrets and tokens: what a case file would not think of, the same at every run.

A walk is seeded, so that a difference that it finds can be looked at again, and becomes a case of its own.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.servers import start_ours, start_peer
from tests.conformance.wire import compare

NAMES = ("a", "b", "d/a", "d/e/c", "é", "x y")
VALUES: tuple[Any, ...] = (1, "s", None, True, [], [1, {"a": 2}], 0.5, "")
MERGE = "Content-Type:application/merge-patch+json"
TOKEN_SETTINGS: dict[str, tuple[Any, ...]] = {
    "policies": (["one"], ["two"], ["one", "two"], ["default"], ["nosuch"], ["root"]),
    "ttl": ("30m", "2h", 60, "800h"),
    "explicit_max_ttl": ("2h", "10m", "900h"),
    "period": ("20m", "1h"),
    "num_uses": (2, 3, 8),
    "renewable": (False, True),
    "no_parent": (True, False),
    "no_default_policy": (True,),
    "type": ("batch", "service"),
    "meta": ({"a": "b"},),
}
POLICIES = (
    'PUT sys/policies/acl/one {"policy": "path \\"auth/token/*\\" { capabilities = [\\"update\\", \\"sudo\\"] } '
    'path \\"cubbyhole/*\\" { capabilities = [\\"create\\", \\"read\\", \\"update\\"] }"}',
    'PUT sys/policies/acl/two {"policy": "path \\"auth/token/create\\" { capabilities = [\\"update\\"] }"}',
)


def secret(r: random.Random, depth: int = 0) -> dict[str, Any]:
    """Some JSON object, nested at most three deep."""
    return {
        r.choice("abcde"): r.choice(VALUES) if depth > 1 or r.random() < 0.6 else secret(r, depth + 1)
        for _ in range(r.randint(0, 4))
    }


def settings_of_secrets(r: random.Random) -> dict[str, Any]:
    """Some of the settings that a secret's metadata has."""
    given = {
        "max_versions": r.choice([0, 1, 2, 3, 5]),
        "cas_required": r.random() < 0.2,
        "delete_version_after": r.choice(["1h", "2h30m"]),
        "custom_metadata": r.choice([{}, {"a": "b"}, {"c": "d", "e": "f"}, None]),
        "metadata_cas": r.randint(0, 6),
    }
    return {name: given[name] for name in r.sample(sorted(given), r.randint(0, 3))}


def secrets_walk(r: random.Random, steps: int) -> Iterator[str]:
    """Writing, patching, deleting, reading: versions of a few secrets of a KV 2 mount."""
    yield '~POST sys/mounts/w {"type": "kv", "options": {"version": "2"}}'
    for _ in range(steps):
        name, versions = r.choice(NAMES).replace(" ", "%20"), [r.randint(0, 9) for _ in range(r.randint(1, 3))]
        options = {"cas": r.randint(0, 9)} if r.random() < 0.35 else {}
        body = json.dumps({"data": secret(r), "options": options})
        named = json.dumps({"versions": versions})
        yield r.choices(
            [
                f"POST w/data/{name} {body}",
                f"PATCH w/data/{name} {body} {MERGE}",
                f"DELETE w/data/{name}",
                f"POST w/{r.choice(['delete', 'undelete', 'undelete', 'destroy'])}/{name} {named}",
                f"POST w/metadata/{name} {json.dumps(settings_of_secrets(r))}",
                f"PATCH w/metadata/{name} {json.dumps(settings_of_secrets(r))} {MERGE}",
                f"DELETE w/metadata/{name}",
                f"POST w/config {json.dumps({'max_versions': r.choice([0, 2, 4])})}",
                f"GET w/metadata/{name}",
                f"GET w/data/{name}?version={r.randint(0, 8)}",
                f"GET w/subkeys/{name}?depth={r.randint(0, 3)}&version={r.choice([0, 0, 1, 3])}",
                f"LIST w/metadata/{r.choice(['', 'd/', 'd/e/', 'a'])}?limit={r.randint(-1, 2)}&after={r.choice('abd')}",
            ],
            weights=[22, 10, 8, 14, 4, 4, 2, 3, 12, 10, 5, 6],
        )[0]


def tokens_walk(r: random.Random, steps: int) -> Iterator[str]:
    """Tokens that make, look up, renew and revoke one another."""
    yield from POLICIES
    made = 0
    for _ in range(steps):
        recent = range(max(1, made - 7), made + 1)
        who = r.choice(["", *(f"@t{n}" for n in recent)])
        one = r.choice(recent) if made else 0
        token, accessor = json.dumps({"token": f"${{t{one}}}"}), json.dumps({"accessor": f"${{a{one}}}"})
        if r.random() < 0.35 or not made:
            made += 1
            given = {name: r.choice(TOKEN_SETTINGS[name]) for name in r.sample(sorted(TOKEN_SETTINGS), r.randint(1, 4))}
            path = r.choice(["create", "create", "create-orphan"])
            yield (
                f"POST auth/token/{path} {json.dumps(given)} {who} => t{made}=.auth.client_token a{made}=.auth.accessor"
            )
            continue
        yield r.choice(
            [
                f"GET auth/token/lookup-self {who}",
                f"POST auth/token/renew-self {json.dumps({'increment': r.choice([0, 60, '1h', '3000h'])})} {who}",
                f"POST auth/token/{r.choice(['lookup', 'renew'])} {token} {who}",
                f"POST auth/token/{r.choice(['lookup', 'renew'])}-accessor {accessor} {who}",
                f"POST auth/token/{r.choice(['revoke', 'revoke-orphan'])} {token} {who}",
                f"POST auth/token/revoke-accessor {accessor} {who}",
                f'POST cubbyhole/x {{"a": "b"}} {who}',
                f'POST sys/capabilities-self {{"paths": ["auth/token/create", "sys/mounts"]}} {who}',
            ]
        )


@pytest.mark.parametrize("walk", [secrets_walk, tokens_walk])
def test_walks_agree(walk: Any, tmp_path: Path) -> None:
    """Both servers give the same status and body at every step, wherever a walk leads."""
    lines = list(walk(random.Random(20), steps=1200))
    cases = compare.parse(walk.__name__, "\n".join(lines))
    with start_ours(tmp_path) as ours, start_peer(tmp_path) as peer:
        found = compare.run(cases, compare.Side(ours.address), compare.Side(peer.address))
    failing = [difference for difference in found if difference.kind != "wording"]
    assert not failing, "\n".join(map(str, failing[:20]))
