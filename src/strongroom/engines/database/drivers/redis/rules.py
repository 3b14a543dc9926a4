"""Rules of a user's access (pure).

A role's rules say which commands, keys and channels a user may use. Passwords, and whether the user may log in, are
the engine's: a rule such as `nopass` or `>another` would let others in beside the lease, `resetpass` or `off` nobody.

Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/,
https://valkey.io/commands/acl-setuser/
"""

from __future__ import annotations

import hashlib

from strongroom.engines.database.driver import Statements
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest

DEFAULT = ("~*", "+@read")
"""May read everything."""
MOST_RULES = 1024
_OF_PASSWORDS = "><#!"
_OF_LOGINS = frozenset({"nopass", "resetpass", "off"})


def rules_of(statements: Statements) -> tuple[str, ...]:
    """The rules of a role.

    Args:
        statements: each a rule, several with spaces between them, or a JSON array of them.

    Raises: `InvalidRequest` for a rule that concerns passwords or logins, and for too many.
    """
    if not statements:
        return DEFAULT
    rules = tuple(rule for statement in statements for text in _texts(statement) for rule in text.split())
    if len(rules) > MOST_RULES:
        raise InvalidRequest(f"creation_statements have more than {MOST_RULES} rules")
    for rule in rules:
        if rule[0] in _OF_PASSWORDS:
            raise InvalidRequest(
                f"creation_statements must not have rules with {rule[0]}: each lease has a password of its own"
            )
        if rule.lower() in _OF_LOGINS:
            raise InvalidRequest(
                f"creation_statements must not have the rule {rule.lower()}: each user logs in with the password of "
                "its lease"
            )
    return rules


def _texts(statement: str) -> list[str]:
    """What a JSON array holds, or the statement itself."""
    if not statement.lstrip().startswith("["):
        return [statement]
    try:
        found = json.loads(statement.encode())
    except InvalidRequest as error:
        raise InvalidRequest("creation_statements must be a JSON array of rules") from error
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise InvalidRequest("creation_statements must be a JSON array of rules, which are texts")
    return found


def digest(password: str) -> str:
    """What a server keeps of a password; it takes it in the password's place."""
    return hashlib.sha256(password.encode()).hexdigest()


def making(username: str, password: str, rules: tuple[str, ...]) -> tuple[str, ...]:
    """The command that makes a user.  What lets it in comes last, so that no rule undoes it."""
    return ("ACL", "SETUSER", username, "reset", *rules, "resetpass", f"#{digest(password)}", "on")


def with_password(username: str, *digests: str) -> tuple[str, ...]:
    """The command that gives a user passwords instead of those that it has."""
    return ("ACL", "SETUSER", username, "resetpass", *(f"#{digest}" for digest in digests))
