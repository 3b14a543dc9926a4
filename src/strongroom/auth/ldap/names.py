"""The one form in which a mount keeps the names of its users and groups."""

from __future__ import annotations

from strongroom.auth.ldap.records import GROUPS, USERS, LdapConfig
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.ldap import canonical, in_dn, is_name
from strongroom.lib.limits import NAME_BYTES
from strongroom.sdk import Request, View


def written(request: Request, parameter: str, value: str) -> str:
    """A parameter of the path as the client wrote it: its canonical form is in lower case."""
    return request.written.get(parameter, value)


def user_name(text: str, config: LdapConfig) -> str:
    """The form of a user's name: as directories compare names.  (p)"""
    return canonical(text, case_matters=config.case_sensitive_names)


def group_name(text: str, config: LdapConfig) -> str:
    """The form of a group's name.  (p)

    Letters are folded that are the capital of another one.  The Kelvin sign is none of `k`, though its lower case is: a
    directory tells a group with it from the plain one, and may let anybody make it.
    """
    return text if config.case_sensitive_names else "".join(map(_folded, text))


def _folded(character: str) -> str:
    lower = character.lower()
    return lower if lower.upper() == character else character


def can_log_in(text: str) -> bool:
    """Whether a directory should be asked about this name.  (p)"""
    return len(text) <= NAME_BYTES and len(text.encode("utf-8", "surrogatepass")) <= NAME_BYTES and is_name(text)


def checked_user(text: str, config: LdapConfig) -> str:
    """The name of a user that settings are kept for.  (p)

    Raises: `InvalidRequest` for another spelling of it, which rules of policies would not be compared with.
    """
    _check(text)
    name = user_name(text, config)
    if name not in {text, text.lower()}:
        raise InvalidRequest(f'the name must be written as "{name}"')
    return name


def checked_group(text: str, config: LdapConfig) -> str:
    """The name of a group that settings are kept for.  Raises `InvalidRequest`.  (p)"""
    _check(text)
    return group_name(text, config)


def _check(text: str) -> None:
    if not can_log_in(text):
        raise InvalidRequest(f"a name has at most {NAME_BYTES} bytes, and no characters that aren't seen")


def bind_name(name: str, config: LdapConfig) -> str:
    """What a user is bound as where users aren't searched for first.  (p)"""
    if config.upndomain:
        return f"{name}@{config.upndomain}"
    return f"{config.userattr}={in_dn(name)},{config.userdn}"


def alias_of(name: str, config: LdapConfig, *, searched: bool) -> str:
    """The alias of a user.  (p)

    Args:
        name: in its one form. searched: whether it is the directory's own, of an entry that was searched for.
    """
    return name if searched or config.username_as_alias else bind_name(name, config)


async def outdated(view: View, config: LdapConfig) -> list[str]:
    """A warning, if names of users or groups are kept in a form that nothing leads to any more."""
    kept = [("users", name, user_name(name, config)) for name in await view.scan(USERS)]
    kept += [("groups", name, group_name(name, config)) for name in await view.scan(GROUPS)]
    lost = [f"{kind}/{name}" for kind, name, form in kept if name != form][:16]
    text = "case_sensitive_names has changed, and these don't count any more; write them again: "
    return [text + ", ".join(lost)] if lost else []
