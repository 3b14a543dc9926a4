"""A follower refuses whatever the first region would have written, by any operation that the API describes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from strongroom.barrier import keys
from tests.flow.node import Answer, TestNode
from tests.flow.regions.regions import Regions, shared

SECRETS = ("aws", "database", "kubernetes", "kv", "ldap", "pki", "rabbitmq", "ssh", "totp", "transit")
LOGINS = ("approle", "aws", "cert", "github", "jwt", "kubernetes", "ldap", "radius", "userpass")
LEFT_OUT = (
    "/auth/token/revoke-self",  # it would end the sweep; below
    "/m-ssh/config/ca",  # seconds of making keys
    "/m-ssh/issuers/import",
    "/sys/audit",  # the region's own
    "/sys/auth/",  # unmounts what is swept
    "/sys/generate-root",  # the holders of key shares decide, at each region
    "/sys/init",
    "/sys/namespaces/api-lock",
    "/sys/region",  # the other files here
    "/sys/rekey",
    "/sys/revoke-issued",
    "/sys/rotate/root",
    "/sys/seal",
    "/sys/step-down",
    "/sys/storage",
    "/sys/unseal",
    "/sys/wrapping",  # below
)
EVENTS = keys.area(keys.ROOT_NAMESPACE, "events")
THERE_ALREADY = {("post", "m-pki/tidy"), ("post", "m-transit/keys/x")}
"""What was made at the first region; the same again changes nothing there either."""
REFUSAL = "only the first region writes, and this one follows it: https://first.example"


class Operation(NamedTuple):
    """One of the API, as it is asked for."""

    verb: str
    path: str
    body: dict[str, Any]


def example(name: str, schema: Mapping[str, Any]) -> Any:
    """A value for a field."""
    if "enum" in schema:
        return schema["enum"][0]
    if name == "policy":
        return 'path "a" { capabilities = ["read"] }'
    if name.endswith(("ttl", "period", "duration")):
        return "1h"
    examples = {"integer": schema.get("default", 1), "boolean": schema.get("default", False), "array": ["x"]}
    examples |= {"object": {"x": "1"}, "string": schema.get("default") or "x"}
    return examples.get(schema.get("type", ""), "x")


def operations(document: Mapping[str, Any], *verbs: str) -> Iterator[Operation]:
    """Those with one of these verbs: without a body, and with some value in each field."""
    for path, item in document["paths"].items():
        if path.startswith(LEFT_OUT):
            continue
        for verb in verbs:
            if verb in item:
                content = item[verb].get("requestBody", {}).get("content", {}).get("application/json", {})
                schema = content.get("schema", {})
                if "$ref" in schema:
                    schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
                fields = schema.get("properties", {}) if verb != "delete" else {}
                body = {name: example(name, field) for name, field in fields.items()}
                where = re.sub(r"\{[^}]*\}", "x", path).lstrip("/")
                yield from (Operation(verb, where, each) for each in ({}, body)[: 1 + bool(body)])


def kept(node: TestNode) -> dict[str, bytes]:
    """The rows of all regions, but for what waits to be told."""
    return {key: value for key, value in shared(node).items() if not key.startswith(EVENTS)}


async def asked(node: TestNode, operation: Operation) -> tuple[Answer, bool]:
    """The answer, and whether rows of all regions were changed."""
    before, rows = await node.store.synced(), kept(node)
    answer = await node.ask(operation.verb.upper(), operation.path, operation.body)
    return answer, await node.store.synced() != before and kept(node) != rows


async def mounted(node: TestNode) -> dict[str, Any]:
    """Mount one of each type; the description of all operations."""
    for type_ in SECRETS:
        await node.ok("POST", f"sys/mounts/m-{type_}", {"type": type_})
    await node.ok("POST", "sys/mounts/m-versions", {"type": "kv", "options": {"version": "2"}})
    for type_ in LOGINS:
        await node.ok("POST", f"sys/auth/a-{type_}", {"type": type_})
    return dict((await node.ok("GET", "sys/internal/specs/openapi")).body)


async def test_what_the_first_region_writes_the_follower_refuses() -> None:
    """Each operation is asked for at both: what changes a row there is refused here, and nothing changes one here."""
    regions = await Regions.start()
    document = await mounted(regions.first)
    written = [
        operation
        for operation in operations(document, "post", "put", "patch")
        if (await asked(regions.first, operation))[1]
    ]
    await regions.join()
    await regions.level()
    answers: list[tuple[Operation, Answer]] = []
    for operation in operations(document, "post", "put", "patch", "delete"):
        answer, changed = await asked(regions.second, operation)
        assert not changed, operation
        assert answer.status < 500, (operation, answer)
        answers.append((operation, answer))
    # Last, because it takes away what the others work on.
    written += [each for each in operations(document, "delete") if (await asked(regions.first, each))[1]]
    served = [
        (operation, answer)
        for operation, answer in answers
        if operation in written and operation[:2] not in THERE_ALREADY
        if answer.status != 400 or answer.error != REFUSAL
    ]
    assert served == []
    assert len(written) > 100


async def test_tokens_are_neither_made_nor_changed_nor_ended_by_a_follower() -> None:
    """A wrapped answer, a renewal, the end of one's own token, what a token keeps for itself, a lease."""
    regions = await Regions.start()
    made = await regions.first.ok("POST", "auth/token/create", {"period": "1h"})
    token = made.body["auth"]["client_token"]
    lease = (await regions.first.ok("POST", "probe/secret")).body["lease_id"]
    await regions.join()
    await regions.level()
    before = shared(regions.second)
    refused = [
        await regions.second.ask("POST", "auth/token/revoke-self", {}, token),
        await regions.second.ask("POST", "auth/token/renew-self", {}, token),
        await regions.second.ask("POST", "cubbyhole/a", {"b": "1"}, token),
        await regions.second.ask("POST", "probe/secret", {}),
        await regions.second.ask("POST", "sys/leases/renew", {"lease_id": lease}),
        await regions.second.ask("POST", "sys/leases/revoke", {"lease_id": lease}),
        await regions.second.ask("POST", "sys/leases/revoke", {"lease_id": lease, "sync": True}),
        await regions.second.ask("POST", "sys/wrapping/wrap", {"a": "1"}, headers={"x-vault-wrap-ttl": "60"}),
        await regions.second.ask("GET", "kv/nothing", headers={"x-vault-wrap-ttl": "60"}),
        await regions.second.ask("GET", "sys/mounts", headers={"x-vault-wrap-ttl": "60"}),
        await regions.second.ask("POST", "auth/token/create", {"type": "batch", "policies": ["default"]}),
    ]
    found = [
        (each.status, each.error if each.body and "errors" in each.body and each.errors else "") for each in refused
    ]
    assert found == [(400, REFUSAL)] * 8 + [(404, "")] + [(400, REFUSAL)] * 2
    assert shared(regions.second) == before
    assert (await regions.first.ok("GET", "auth/token/lookup-self", token=token)).data["ttl"] == 3600
