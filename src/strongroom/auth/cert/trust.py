"""Who of those that show a certificate gets in (p, but for reading the roles)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import structlog

from strongroom.auth.cert.constraints import unmet
from strongroom.auth.cert.records import ROLES, Role
from strongroom.crypto import chains
from strongroom.crypto.certificates import Certificate, certificate_of_der, certificates_of_pem
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Request, is_segment_name

log = structlog.get_logger("cert")

NO_CERTIFICATE = "no client certificate found"
_UNKNOWN = "invalid certificate or no client certificate supplied"
_UNMET = "no chain matching all constraints could be found for this login certificate"


@dataclass(frozen=True, slots=True)
class Shown:
    """The certificates of a connection."""

    leaf: Certificate
    others: tuple[Certificate, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A role whose certificate or authority vouches for the client, and whose constraints it meets."""

    name: str
    role: Role
    path: chains.Path
    """From the leaf to the role's certificate."""


def shown_in(request: Request) -> Shown:
    """The certificates of the request's client.  Raises `InvalidRequest` if it has shown none, or none that is one."""
    ders = request.certificates
    if not ders:
        raise InvalidRequest(NO_CERTIFICATE)
    if len(ders) > chains.MOST_SENT:
        raise InvalidRequest(f"the client shows more than {chains.MOST_SENT} certificates")
    try:
        leaf, *others = (certificate_of_der(each) for each in ders)
    except InvalidRequest as error:
        raise InvalidRequest(f"a certificate of the client {error.text}") from error
    return Shown(leaf, tuple(others))


async def roles_of(request: Request, name: str = "") -> dict[str, Role]:
    """The role of that name, or all roles, by name."""
    if name and not is_segment_name(name):
        return {}
    names = [name.lower()] if name else await request.view.list(ROLES)
    roles = {each: await request.view.read(ROLES + each, Role) for each in names}
    return {each: role for each, role in roles.items() if role is not None}


def registered(name: str, role: Role) -> tuple[Certificate, ...]:
    """The certificates of a role; none if this release doesn't take them any more, which hinders no other role."""
    try:
        return certificates_of_pem(role.certificate)
    except InvalidRequest as error:
        log.warning("the certificate of a role can't be read", role=name, reason=error.text)
        return ()


class Search:
    """Looks for the roles that let a client in, the best first.

    Args:
        shown: the client's certificates. roles: by name. is_revoked: whether a list names a certificate.
        now: seconds since the epoch.
    """

    def __init__(
        self, shown: Shown, roles: dict[str, Role], is_revoked: Callable[[Certificate], bool], now: float
    ) -> None:
        self._shown = shown
        self._roles = roles
        self._is_revoked = is_revoked
        self._now = now
        self._begun = chains.beginnings(shown.leaf, shown.others)
        self._paths: dict[str, list[chains.Path]] = {}
        self._verified: dict[chains.Path, str] = {}
        self._vouched = False
        self._reasons: dict[str, str] = {}

    def candidates(self) -> Iterator[Candidate]:
        """The roles that let the client in: those that name its very certificate come first."""
        certificates = {name: registered(name, role) for name, role in self._roles.items()}
        for name, role in self._roles.items():
            if any(each.der == self._shown.leaf.der and not each.is_ca for each in certificates[name]):
                yield from self._meeting(name, role, [(self._shown.leaf,)])
        for name, role in self._roles.items():
            # Behind a client's certificate, its authorities only complete the file: they vouch for nobody.
            if certificates[name] and certificates[name][0].is_ca:
                yield from self._meeting(name, role, self._leading_to(role.certificate, certificates[name]))

    def _leading_to(self, text: str, certificates: tuple[Certificate, ...]) -> list[chains.Path]:
        """The paths to the authorities of a role.  Most roles of a mount have the same."""
        if text not in self._paths:
            trusted = tuple(each for each in certificates if each.is_ca)
            self._paths[text] = list(chains.paths(self._begun, trusted))
        return self._paths[text]

    def _meeting(self, name: str, role: Role, paths: list[chains.Path]) -> Iterator[Candidate]:
        for path in paths:
            if fault := self._fault(path):
                self._reasons.setdefault(name, fault)
                continue
            self._vouched = True
            if any(map(self._is_revoked, path)):
                self._reasons[name] = "a certificate of the chain is revoked"
            elif constraint := unmet(role, self._shown.leaf):
                self._reasons[name] = f"the certificate does not meet {constraint}"
                return  # no other path would change that
            else:
                yield Candidate(name, role, path)
                return

    def _fault(self, path: chains.Path) -> str:
        if path not in self._verified:
            self._verified[path] = chains.fault(path, self._now)
        return self._verified[path]

    def refusal(self, further: str = "") -> InvalidRequest:
        """The error for a client that no role lets in.

        Args:
            further: another reason, of the revocation check.
        """
        reasons = sorted(set(self._reasons.values()) | ({further} if further else set()))
        known = self._vouched or bool(further)
        told = f": {'; '.join(reasons[:4])}" if reasons else ""
        return InvalidRequest((_UNMET if known else _UNKNOWN) + told)
