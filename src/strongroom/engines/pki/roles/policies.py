"""Certificate policies of roles, as requests give them and answers show them (p).

Source: https://openbao.org/api-docs/secret/pki/#createupdate-role, `policy_identifiers`
"""

from __future__ import annotations

import json
from typing import Any, Final

from strongroom.engines.pki.issuing.rules.oids import is_oid
from strongroom.engines.pki.roles.records import PolicyPart
from strongroom.lib.errors import InvalidRequest

POLICIES: Final = 32
TEXT_CHARACTERS: Final = 200
"""Of a notice.  Source: RFC 5280, section 4.2.1.4, `DisplayText`."""
URL_CHARACTERS: Final = 512
_KEYS: Final = frozenset({"oid", "notice", "cps"})


def parsed(given: Any) -> tuple[PolicyPart, ...]:
    """Policies: object identifiers with commas between them or in a list, objects, or JSON of objects.

    Raises: `InvalidRequest` for anything else.
    """
    items = _items(given)
    if len(items) > POLICIES:
        raise InvalidRequest(f"policy_identifiers has more than {POLICIES} items")
    return tuple(_policy(each) for each in items)


def shown(policy: PolicyPart) -> str:
    """A policy as answers have it: an object identifier, or JSON if it has qualifiers or was given so.

    Terraform's provider takes a list with both forms for the older one, and loses what stands in the newer.
    """
    if not policy.notice and not policy.cps and not policy.as_object:
        return policy.oid
    parts = {"oid": policy.oid, "cps": policy.cps, "notice": policy.notice}
    return json.dumps({name: text for name, text in parts.items() if text}, separators=(",", ":"), ensure_ascii=False)


def _items(given: Any) -> list[Any]:
    if given is None or given == "":
        return []
    if isinstance(given, str):
        given = given.strip()
        given = _json(given) if given[:1] in {"[", "{"} else given.split(",")
    items = given if isinstance(given, list) else [given]
    return [each for each in items if each != ""]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(
            f'policy identifier "{text[:256]}" is neither a valid OID, nor JSON Policy Identifier'
        ) from error


def _policy(given: Any) -> PolicyPart:
    if isinstance(given, str):
        text = given.strip()
        if not text.startswith("{"):
            return _checked(PolicyPart(oid=text))
        given = _json(text)
    if not isinstance(given, dict) or not all(isinstance(each, str) for each in given.values()):
        raise InvalidRequest("policy_identifiers are object identifiers, or objects with `oid`, `notice` and `cps`")
    if unknown := sorted(set(given) - _KEYS):
        raise InvalidRequest(f"a policy identifier has `oid`, `notice` and `cps`, and no {unknown[0][:64]!r}")
    oid, notice, cps = (given.get(name, "") for name in ("oid", "notice", "cps"))
    return _checked(PolicyPart(oid=oid.strip(), notice=notice, cps=cps, as_object=True))


def _checked(policy: PolicyPart) -> PolicyPart:
    if not is_oid(policy.oid):
        raise InvalidRequest(
            f'policy identifier "{policy.oid[:128]}" is neither a valid OID, nor JSON Policy Identifier'
        )
    if len(policy.notice) > TEXT_CHARACTERS:
        raise InvalidRequest(f"the notice of policy {policy.oid} has more than {TEXT_CHARACTERS} characters")
    if len(policy.cps) > URL_CHARACTERS or not policy.cps.isascii() or not policy.cps.isprintable():
        raise InvalidRequest(f"the cps of policy {policy.oid} is no URL of at most {URL_CHARACTERS} characters")
    return policy
