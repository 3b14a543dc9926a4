"""The policies of a new namespace."""

from __future__ import annotations

from strongroom.services.policy.records import PolicyRecord

DEFAULT = """
# What every token may do with itself.
path "auth/token/lookup-self" {
    capabilities = ["read"]
}
path "auth/token/renew-self" {
    capabilities = ["update"]
}
path "auth/token/revoke-self" {
    capabilities = ["update"]
}
path "sys/capabilities-self" {
    capabilities = ["update"]
}

# The entity that a token acts for.
path "identity/entity/id/{{identity.entity.id}}" {
    capabilities = ["read"]
}
path "identity/entity/name/{{identity.entity.name}}" {
    capabilities = ["read"]
}

# What its policies allow in all; user interfaces ask for it.
path "sys/internal/ui/resultant-acl" {
    capabilities = ["read"]
}

# On which mounts it may do something.
path "sys/my/mounts" {
    capabilities = ["read"]
}

# Why it was denied, by its own policies.
path "sys/policies/explain-self" {
    capabilities = ["update"]
}

# Leases, by whoever knows their ids.
path "sys/renew" {
    capabilities = ["update"]
}
path "sys/leases/renew" {
    capabilities = ["update"]
}
path "sys/leases/lookup" {
    capabilities = ["update"]
}

# A token's own place to keep things.
path "cubbyhole/*" {
    capabilities = ["create", "read", "update", "delete", "list"]
}

# Response wrapping.
path "sys/wrapping/wrap" {
    capabilities = ["update"]
}
path "sys/wrapping/lookup" {
    capabilities = ["update"]
}
path "sys/wrapping/unwrap" {
    capabilities = ["update"]
}

# Tools without state.
path "sys/tools/hash" {
    capabilities = ["update"]
}
path "sys/tools/hash/*" {
    capabilities = ["update"]
}

# Requests that wait for others' approval.
path "sys/control-group/request" {
    capabilities = ["update"]
}

# Signing in to other applications.
path "identity/oidc/provider/+/authorize" {
    capabilities = ["read", "update"]
}
"""

RESPONSE_WRAPPING = """
path "cubbyhole/response" {
    capabilities = ["create", "read"]
}

path "sys/wrapping/unwrap" {
    capabilities = ["update"]
}

path "auth/token/revoke-self" {
    capabilities = ["update"]
}
"""


def built_in_policies(now: float) -> list[PolicyRecord]:
    """The policies that every namespace has from its beginning."""
    texts = {"default": DEFAULT, "response-wrapping": RESPONSE_WRAPPING}
    return [PolicyRecord(name=name, text=text, modified_at=now) for name, text in texts.items()]
