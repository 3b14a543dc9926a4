"""What the rules look at besides the role and the request, gathered from where it is kept."""

from __future__ import annotations

from strongroom.engines.pki.issuers.records import IssuerRecord
from strongroom.engines.pki.issuing.rules.context import Context, IssuerEnd
from strongroom.engines.pki.issuing.rules.templates import parameters
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.sdk import Request, replace


async def context_of(request: Request, role: RoleRecord, issuer: IssuerRecord | None, behavior: str = "") -> Context:
    """Time, limits, the end of the issuer, and what the role's templates stand for.

    Args:
        issuer: who signs; None for a dry run without an issuer.
        behavior: instead of the issuer's `leaf_not_after_behavior`, for whoever knows better; empty for the issuer's.
    """
    end = None
    if issuer is not None:
        end = IssuerEnd(
            not_after=int(issuer.not_after),
            behavior=behavior or issuer.leaf_not_after_behavior,
            name=issuer.name or issuer.id,
        )
    values = {}
    for name in parameters(role):
        if name not in values:
            values[name] = await request.identity_value(name) or ""
    display_name = request.client.display_name if request.client is not None else ""
    return replace(context_without_role(request, end), display_name=display_name, values=values)


def context_without_role(request: Request, issuer: IssuerEnd | None = None) -> Context:
    """The time and the limits of the mount, for who makes certificates of authorities.

    Args:
        issuer: the end of who signs; None for a certificate that signs itself, or is signed elsewhere.
    """
    return Context(
        now=request.now,
        default_ttl_s=request.mount.default_lease_ttl_s,
        max_ttl_s=request.mount.max_lease_ttl_s,
        issuer=issuer,
    )
