"""All names that a client asks for, each with what the rules say of it (p)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from strongroom.crypto.issuing.contents import Names
from strongroom.engines.pki.issuing.rules.asked import Asked
from strongroom.engines.pki.issuing.rules.context import Context
from strongroom.engines.pki.issuing.rules.names import addresses, hosts, others, uris
from strongroom.engines.pki.issuing.rules.subjects import chosen_name
from strongroom.engines.pki.issuing.rules.verdicts import Verdict
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest

NAMES: Final = 256
"""Alternative names of one certificate, of all types together.  Clients refuse handshakes with much larger ones."""


def names_of(role: RoleRecord, asked: Asked, common_name: str, context: Context) -> tuple[Names, tuple[str, ...]]:
    """The alternative names, and warnings.  No name is left out without a warning.

    Args:
        common_name: as `subject_of` found it; empty for none.

    Raises: `InvalidRequest` for the first name that isn't allowed.
    """
    check_number(asked)
    if common_name and (why := hosts.common_name(role, context, common_name).refusal):
        raise InvalidRequest(why)
    found: dict[str, list[str]] = {"dns": [], "email": [], "ip": [], "uri": [], "other": []}
    for verdict in alternatives(role, asked, common_name, context):
        if verdict.refusal:
            raise InvalidRequest(verdict.refusal)
        found[verdict.kind].append(verdict.written)
    names = Names(
        dns=_once(found["dns"]),
        emails=_once(found["email"]),
        ips=_once(found["ip"]),
        uris=_once(found["uri"]),
        others=tuple(others.split(each) for each in _once(found["other"])),
    )
    return names, tuple(_warnings(role, asked, common_name))


def verdicts(role: RoleRecord, asked: Asked, context: Context) -> list[Verdict]:
    """What the rules say of each name, the common name first.  Raises `InvalidRequest` for too many names."""
    check_number(asked)
    name, _ = chosen_name(role, asked)
    own = [hosts.common_name(role, context, name)] if name else []
    return [*own, *alternatives(role, asked, name, context)]


def check_number(asked: Asked) -> None:
    """Raise `InvalidRequest` for too many names."""
    names = asked.requested.names if asked.requested else Names()
    given = (asked.alt_names, asked.ip_sans, asked.uri_sans, asked.other_sans)
    of_request = (names.dns, names.emails, names.ips, names.uris, names.others)
    if max(sum(map(len, given)), sum(map(len, of_request))) > NAMES:
        raise InvalidRequest(f"a certificate has at most {NAMES} alternative names")


def alternatives(role: RoleRecord, asked: Asked, common_name: str, context: Context) -> Iterator[Verdict]:
    """Each alternative name, with what the rules say of it."""
    of_request = asked.requested.names if asked.requested is not None and role.use_csr_sans else None
    own = _own(role, asked, common_name, context)
    if of_request is None:
        yield from own
        for text in asked.alt_names:
            yield hosts.alternative(role, context, text)
        yield from (others.asked(role, text)[0] for text in asked.other_sans)
        yield from (addresses.ip(role, text) for text in asked.ip_sans)
        yield from (uris.uri(role, context, text) for text in asked.uri_sans)
        return
    yield from (hosts.alternative(role, context, text, "dns") for text in of_request.dns)
    yield from (hosts.alternative(role, context, text, "email") for text in of_request.emails)
    yield from own
    yield from (others.other(role, oid, text) for oid, text in of_request.others)
    yield from (addresses.ip(role, text, csr=True) for text in of_request.ips)
    yield from (uris.uri(role, context, text, csr=True) for text in of_request.uris)


def _own(role: RoleRecord, asked: Asked, common_name: str, context: Context) -> Iterator[Verdict]:
    """The common name as an alternative name, if it becomes one."""
    if common_name and not asked.exclude_cn_from_sans and _joins(role, common_name):
        yield hosts.alternative(role, context, common_name)


def _joins(role: RoleRecord, common_name: str) -> bool:
    """Whether a common name is one that joins the alternative names."""
    kind = hosts.joins(common_name)
    if kind == "ip":
        return role.allow_ip_sans
    # One that isn't validated may be a text that only looks like a host.
    return bool(kind) and (hosts.is_strict(common_name) or hosts.DISABLED not in role.cn_validations)


def _warnings(role: RoleRecord, asked: Asked, common_name: str) -> Iterator[str]:
    if common_name and not asked.exclude_cn_from_sans and not _joins(role, common_name):
        yield (
            f'the common name "{common_name}" isn\'t among the alternative names: it is no host, e-mail address or '
            "address that may stand there"
        )
    if asked.requested is None or not role.use_csr_sans:
        return
    for field in ("alt_names", "ip_sans", "uri_sans", "other_sans"):
        if getattr(asked, field):
            yield f'the {field} field was provided but the role is set with "use_csr_sans" set to true'


def _once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
