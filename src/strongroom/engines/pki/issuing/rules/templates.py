"""Templates in a role's domains and URIs, which each client fills with values of its own entity (p).

Source: https://developer.hashicorp.com/vault/docs/concepts/policies#templated-policies
"""

from __future__ import annotations

from collections.abc import Iterator

from strongroom.engines.pki.issuing.rules.context import Context
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib import braces


def parameters(role: RoleRecord) -> Iterator[str]:
    """The parameters of a role's templates, such as `identity.entity.name`."""
    texts = (role.allowed_domains if role.allowed_domains_template else ()) + (
        role.allowed_uri_sans if role.allowed_uri_sans_template else ()
    )
    for text in texts:
        for found in braces.split(text)[1::2]:
            yield found.strip()


def filled_in(role: RoleRecord, context: Context, text: str) -> str | None:
    """A template with its values.

    Returns: None if a value is missing or empty, because `{{…}}*` must not become `*`.  None too if one has a `*` or
        `+`, unless the role trusts values to be patterns.
    """
    out = []
    for index, part in enumerate(braces.split(text)):
        if index % 2 == 0:
            out.append(part)
            continue
        value = context.values.get(part.strip(), "")
        if not value or (not role.allow_globs_in_identity_templates and ("*" in value or "+" in value)):
            return None
        out.append(value)
    return "".join(out)
