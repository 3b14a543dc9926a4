"""Synonymous paths of `sys/`, most of them for historical reasons (pure).

Clients may use each of them, and policies grant each separately.  But the author of a rule that denies one has hardly
thought of the others, so that rule denies all.  What stands in braces is a parameter of the path or a field of the
body.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_PAIRS = (
    ("policies/acl/{name*}", "policy/{name*}"),
    ("leases/renew/{url_lease_id*}", "renew/{url_lease_id*}"),
    ("leases/revoke/{url_lease_id*}", "revoke/{url_lease_id*}"),
    ("leases/revoke-prefix/{prefix*}", "revoke-prefix/{prefix*}"),
    ("leases/revoke-force/{prefix*}", "revoke-force/{prefix*}"),
    ("auth/{path*}/tune", "mounts/auth/{path*}/tune"),
    ("rotate", "rotate/keyring"),
    ("rotate/config", "rotate/keyring/config"),
    *((f"rekey/{what}", f"rotate/root/{what}") for what in ("init", "update", "verify", "backup")),
    *((f"rekey-recovery-key/{what}", f"rotate/recovery/{what}") for what in ("init", "update", "verify")),
    ("rekey/recovery-key-backup", "rotate/recovery/backup"),
    ("generate-root/update", "generate-root-token/update"),
    ("generate-root/attempt", "generate-root", "generate-root-token/attempt"),
)
_BY_BODY = {
    # A rule that denies these paths for some leases means the leases, in whichever way they are named.
    "leases/renew": ("renew", "leases/renew/{lease_id}", "renew/{lease_id}"),
    "renew": ("leases/renew", "leases/renew/{lease_id}", "renew/{lease_id}"),
    "leases/revoke": ("revoke", "leases/revoke/{lease_id}", "revoke/{lease_id}"),
    "revoke": ("leases/revoke", "leases/revoke/{lease_id}", "revoke/{lease_id}"),
}
_READINGS = {
    # It only shows what the other path changes, too.  The reverse isn't true: a rule that denies `sys/mounts/*` means
    # secrets engines, and another one may let its client enable auth methods.
    "mounts/auth/{path*}": ("auth/{path}",),
}
_LISTINGS = {
    # The older path also lists by reading it: a rule for all below `policies/acl/` denies that listing too.
    "policy": ("policies/acl", "policies/acl/"),
    "policies/acl": ("policy",),
    # This path returns more than the names, so a rule that denies the names denies this too.  The reverse isn't true: a
    # rule may reasonably show names but not their details.
    "policies/detailed/acl": ("policies/acl", "policy"),
}


def _each() -> Iterator[tuple[str, tuple[str, ...]]]:
    for group in _PAIRS:
        for pattern in group:
            yield pattern, tuple(other.replace("*", "") for other in group if other != pattern)


SYNONYMS: Mapping[str, tuple[str, ...]] = {**dict(_each()), **_BY_BODY, **_READINGS, **_LISTINGS}
