"""Generated passwords for engines, by the password policies of the mount's namespace."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.passwords import CharsetRule, PasswordPolicy, generate, parse_password_policy
from strongroom.lib.rand import Random, SystemRandom

USUAL = PasswordPolicy(
    length=20,
    rules=(
        CharsetRule("abcdefghijklmnopqrstuvwxyz", 1),
        CharsetRule("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1),
        CharsetRule("0123456789", 1),
        CharsetRule("-", 1),
    ),
    without="--",  # begins a comment in SQL, so it can't stand in a statement outside of plain quotes
)
"""What passwords are made by where no policy is named.

Source: https://developer.hashicorp.com/vault/docs/concepts/password-policies
"""


class PasswordPolicyRecord(Record, frozen=True, tag="password-policy"):
    """One password policy."""

    text: str


async def policy_of(txn: Transaction, namespace: str, name: str) -> PasswordPolicy:
    """The parsed policy of that name; the usual one for an empty name.  Raises `InvalidRequest` if there is none."""
    if not name:
        return USUAL
    record = await txn.read(keys.password_policies(namespace) + name, PasswordPolicyRecord)
    if record is None:
        raise InvalidRequest(f'the password policy "{name}" does not exist')
    return parse_password_policy(record.text)


def new_password(policy: PasswordPolicy, random: Random | None = None) -> str:
    """A new password.  Raises `InvalidRequest` if the policy's rules are met too rarely."""
    return generate(policy, (random or SystemRandom()).bytes)
