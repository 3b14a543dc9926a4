"""What the API's description says of fields, by which forms and generated clients are made."""

from __future__ import annotations

import re
from typing import Any

import pytest

from strongroom.sdk.fields import Field, fields_of
from strongroom.server.builtin import engines
from tests.flow.sysapi.system_server import Server

SECRETS = re.compile(r"^(.*_)?(password|passphrase|secret_key|client_secret|bindpass|private_key|secret_id|jwt|otp)$")
"""Names by which a field has something to hide."""
MESSAGE = {"title": "a", "message": "YQ==", "start_time": "2030-01-01T00:00:00Z"}
SWITCHES = {"bind_secret_id", "disable_local_ca_jwt", "self_service_password"}


def declared() -> list[tuple[str, Field]]:
    """Every field of every engine and auth method, with the place of its declaration."""
    bodies = {
        declaration.body: f"{type_}: {declaration.function}"
        for (_, type_), engine in engines(()).items()
        for route in engine.routes.routes
        for declaration in route.by_operation.values()
        if declaration.body is not None
    }
    return [(f"{place}: {field.name}", field) for body, place in bodies.items() for field in fields_of(body)]


def test_a_choice_is_told_in_words_too() -> None:
    """The help has each value that a form offers, and what holds without one is among them."""
    found = [(place, field) for place, field in declared() if field.choices]
    assert len(found) > 30
    for place, field in found:
        assert len(set(field.choices)) == len(field.choices) > 1, place
        assert [value for value in field.choices if f"`{value}`" not in field.description] == [], place
        assert field.default in {None, "", *field.choices}, place


def test_what_sounds_secret_is_hidden_by_forms() -> None:
    """No password is shown while it is typed, whichever engine's it is."""
    shown = [place for place, field in declared() if SECRETS.match(field.name) and not field.secret]
    assert [place for place in shown if place.rpartition(": ")[2] not in SWITCHES] == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "sys/tools/hash", {"input": "aGVsbG8=", "format": "wrong"}),
        ("POST", "sys/tools/random", {"format": "wrong"}),
        (
            "POST",
            "sys/config/ui/custom-messages",
            {**MESSAGE, "type": "wrong"},
        ),
        ("POST", "identity/group", {"name": "a", "type": "wrong"}),
        ("POST", "identity/oidc/client/a", {"client_type": "wrong"}),
        ("POST", "sys/mounts/kv/tune", {"listing_visibility": "wrong"}),
        ("POST", "auth/token/create", {"type": "wrong"}),
        ("POST", "sys/loggers", {"level": "wrong"}),
    ],
)
async def test_a_value_that_is_not_offered_is_refused(method: str, path: str, body: dict[str, Any]) -> None:
    """The choice is the server's rule, and not a form's opinion."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/kv", {"type": "kv"})
    assert (await server.ask(method, path, body)).status == 400


async def test_what_holds_without_a_value_is_told_as_it_is() -> None:
    """A role of pki that was written with nothing has what a form shows before somebody fills it in."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/pki", {"type": "pki"})
    written = (await server.ok("POST", "pki/roles/bare", {})).body["data"]
    document = (await server.ok("GET", "sys/internal/specs/openapi")).body
    (content,) = document["paths"]["/pki/roles/{name}"]["post"]["requestBody"]["content"].values()
    fields = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]["properties"]
    # A size of keys follows from their type.
    told = {name: field.get("default", []) for name, field in fields.items() if name != "key_bits"}
    assert {name: written[name] or [] for name in told} == told
    assert told["enforce_hostnames"] is True


async def test_the_document_has_what_forms_are_made_by() -> None:
    """Types, what is required, choices, what holds without a value, old names and what is not shown."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    schemas = (await server.ok("GET", "sys/internal/specs/openapi")).body["components"]["schemas"]
    hashed = schemas["SystemHashRequest"]["properties"]
    assert (hashed["format"]["enum"], hashed["format"]["default"]) == (["hex", "base64"], "hex")
    assert schemas["UserpassLogInRequest"]["properties"]["password"]["x-vault-displayAttrs"] == {"sensitive": True}
    assert schemas["SysUnsealRequest"]["properties"]["key"]["x-vault-displayAttrs"] == {"sensitive": True}
    assert "x-vault-displayAttrs" not in schemas["SysUnsealRequest"]["properties"]["reset"]
    limit = schemas["SystemWriteRateLimitRequest"]["properties"]
    assert limit["rate"]["type"] == "number"
    user = schemas["UserpassWriteUserRequest"]["properties"]
    assert user["ttl"]["deprecated"] is True
    assert "deprecated" not in user["token_ttl"]
    assert user["token_ttl"]["x-vault-displayAttrs"] == {"group": "Tokens"}


async def test_engines_and_auth_methods_of_one_name_keep_their_fields() -> None:
    """A role of one isn't described by the fields of the other, nor a secret of one version by those of another."""
    server = await Server.start()
    for table in ("mounts", "auth"):
        await server.ok("POST", f"sys/{table}/kubernetes", {"type": "kubernetes"})
    for version in ("1", "2"):
        await server.ok("POST", f"sys/mounts/kv{version}", {"type": "kv", "options": {"version": version}})
    document = (await server.ok("GET", "sys/internal/specs/openapi")).body

    def names(path: str) -> set[str]:
        schema = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        return set(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]].get("properties", ()))

    assert "bound_service_account_names" in names("/auth/kubernetes/role/{name}")
    assert "allowed_kubernetes_namespaces" in names("/kubernetes/roles/{name}")
    assert "bound_service_account_names" not in names("/kubernetes/roles/{name}")
    assert {"data", "options"} <= names("/kv2/data/{path}")
