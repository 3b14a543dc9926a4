"""Password policies: rules for generated passwords (pure).

Source: https://developer.hashicorp.com/vault/docs/concepts/password-policies
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.hcl import Block, HclError, Limits, Literal, Node, parse

MIN_LENGTH = 4
MAX_LENGTH = 100
_LIMITS = Limits(characters=64 * 1024, depth=16, nodes=10_000)
_MAX_CHARSET = 256
OF_POLICIES = frozenset({"length", "rule"})
OF_RULES = frozenset({"charset", "min-chars"})
"""The names that are read."""
_ATTEMPTS = 5_000
"""More attempts than a reasonable policy needs.  The bound stops a mistaken policy from keeping a process busy."""


class CharsetRule(msgspec.Struct, frozen=True):
    """The least number of characters from a set."""

    charset: str
    min_chars: int = 0


class PasswordPolicy(msgspec.Struct, frozen=True):
    """A parsed password policy."""

    length: int
    rules: tuple[CharsetRule, ...]
    ignored: tuple[str, ...] = ()
    """Names in the text that nothing reads: a demand that is misspelt, or not known, isn't met."""
    without: str = ""
    """A text that no password has; empty for none."""

    @property
    def alphabet(self) -> str:
        """Every possible character, once."""
        return "".join(dict.fromkeys("".join(rule.charset for rule in self.rules)))

    def met_by(self, password: str) -> bool:
        """Whether the password has enough characters of every set, and not the text that none has."""
        if self.without and self.without in password:
            return False
        return all(sum(character in rule.charset for character in password) >= rule.min_chars for rule in self.rules)


def parse_password_policy(text: str) -> PasswordPolicy:
    """Parse a password policy.

    Raises: `InvalidRequest` if the text isn't HCL, if it has an unknown rule, or if no password can meet the rules.
    """
    try:
        document = parse(text, _LIMITS)
        length = 0
        for item in document.named("length"):
            length = _whole(item.value)
        blocks = tuple(document.blocks("rule", labels=1))
        rules = tuple(_rule(block) for block in blocks)
    except HclError as error:
        raise InvalidRequest(f"invalid password policy: unable to decode: {error.text}") from error
    if length <= 0:
        raise InvalidRequest("invalid password policy: length must be > 0")
    names = [item.name for item in document.items if item.name not in OF_POLICIES]
    names += [item.name for block in blocks for item in block.body.items if item.name not in OF_RULES]
    policy = PasswordPolicy(length, rules, tuple(sorted(set(names))))
    if not policy.alphabet:
        raise InvalidRequest("invalid password policy: no charset specified")
    if len(policy.alphabet) > _MAX_CHARSET:
        raise InvalidRequest(f"invalid password policy: charsets have more than {_MAX_CHARSET} characters")
    needed = sum(rule.min_chars for rule in rules)
    if needed > length:
        raise InvalidRequest(
            f"invalid password policy: specified rules require at least {needed} characters but {length} is specified"
        )
    if not MIN_LENGTH <= length <= MAX_LENGTH:
        raise InvalidRequest(f"passwords must be between {MIN_LENGTH} and {MAX_LENGTH} characters")
    return policy


def generate(policy: PasswordPolicy, random: Callable[[int], bytes]) -> str:
    """Generate a password that meets the policy.  All such passwords are equally likely.

    Whole candidates are drawn until one meets the rules.  Choosing required characters first would make some passwords
    likelier than others.

    Args:
        random: returns that many unpredictable bytes.

    Raises: `InvalidRequest` if no password is found, because the rules are too narrow.
    """
    alphabet = policy.alphabet
    for _ in range(_ATTEMPTS):
        password = _candidate(alphabet, policy.length, random)
        if policy.met_by(password):
            return password
    raise InvalidRequest("unable to generate a password: the policy's rules are met too rarely")


def _candidate(alphabet: str, length: int, random: Callable[[int], bytes]) -> str:
    # Bytes above the largest multiple of the alphabet's size are dropped.  They would make its first characters
    # likelier.
    limit = 256 - 256 % len(alphabet)
    out: list[str] = []
    while len(out) < length:
        out += [alphabet[byte % len(alphabet)] for byte in random(length - len(out) + 16) if byte < limit]
    return "".join(out[:length])


def _rule(block: Block) -> CharsetRule:
    kind = block.labels[0]
    if kind != "charset":
        raise InvalidRequest(
            f"invalid password policy: unable to parse rules: unable to parse rule {kind}: "
            f"unrecognized rule type {kind}"
        )
    charset, min_chars = "", 0
    for item in block.body.items:
        if item.name == "charset":
            if not isinstance(item.value, Literal) or not isinstance(item.value.value, str):
                raise HclError(item.pos, f"expected a text for charset, found {item.value.kind}")
            charset = item.value.value
        elif item.name == "min-chars":
            min_chars = max(0, _whole(item.value))
    if not charset:
        raise InvalidRequest("invalid password policy: no charset specified")
    if not charset.isprintable():
        raise InvalidRequest("invalid password policy: non-printable character in charset")
    return CharsetRule(charset, min_chars)


def _whole(node: Node) -> int:
    if isinstance(node, Literal) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return node.value
    if isinstance(node, Literal) and isinstance(node.value, str) and node.value.isascii() and node.value.isdigit():
        return int(node.value[:9])
    raise HclError(node.pos, f"expected a whole number, found {node.kind}")
