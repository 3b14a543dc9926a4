"""`hvac` and identity tokens: keys, roles, tokens, and whether they are valid."""

from __future__ import annotations

import hvac  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.conformance.clients.person import Person
from tests.conformance.clients.test_hvac import fresh
from tests.conformance.servers import Server


def test_identity_tokens_of_hvac(server: Server, client: hvac.Client) -> None:
    """The methods of hvac for keys, roles, tokens and introspection, from the first to the last."""
    identity = client.secrets.identity
    person = Person(server, client)
    key, role = fresh("key"), fresh("role")
    identity.create_named_key(
        key, rotation_period="2h", verification_ttl="4h", allowed_client_ids=["*"], algorithm="ES256"
    )
    assert identity.read_named_key(key)["data"]["algorithm"] == "ES256"
    assert key in identity.list_named_keys()["data"]["keys"]
    identity.create_or_update_role(role, key, template='{"who":{{identity.entity.id}}}', ttl="1h")
    assert identity.read_role(role)["data"]["ttl"] == 3600
    assert role in identity.list_roles()["data"]["keys"]
    rules = f'path "identity/oidc/token/{role}" {{ capabilities = ["read"] }}'
    own = hvac.Client(url=server.url, token=person.token)
    policy = own.lookup_token()["data"]["policies"][-1]
    client.sys.create_or_update_policy(policy, rules)
    token = own.secrets.identity.generate_signed_id_token(role)["data"]["token"]
    assert identity.introspect_signed_id_token(token)["active"] is True
    identity.rotate_named_key(key, "2h")
    found = identity.read_active_public_keys()
    said = jwt.decode(token, KeySet.import_key_set(found), algorithms=["ES256"]).claims
    assert (said["who"], said["sub"]) == (person.entity, person.entity)
    assert said["iss"] == identity.read_well_known_configurations()["issuer"]
    identity.delete_role(role)
    identity.delete_named_key(key)
    assert identity.introspect_signed_id_token(token)["active"] is False
