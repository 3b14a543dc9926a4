"""Identity templates in the fields of roles."""

from __future__ import annotations

from strongroom.engines.ssh.lists import items
from strongroom.engines.ssh.roles.records import RoleRecord
from strongroom.lib import braces
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Request


async def filled(request: Request, text: str, what: str, forbidden: str = "") -> str | None:
    """A text with the client's values in place of its templates; None for a client without an entity.

    Args:
        what: the field. forbidden: characters that no value may have, because they mean something there.  With a comma,
            no value has blanks at its ends either, which lists leave out.

    Raises: `InvalidRequest` for a value with such a character, and for one that the client's entity doesn't have.
    """
    out: list[str] = []
    for index, part in enumerate(braces.split(text)):
        if index % 2 == 0:
            out.append(part)
            continue
        value = await request.identity_value(part.strip())
        if not value:
            if request.client is None or not request.client.entity_id:
                return None
            raise InvalidRequest(f"{what}: no value could be found for the template {{{{{part.strip()}}}}}")
        if "," in forbidden and value != value.strip():
            raise InvalidRequest(
                f"{what}: the value of the template {{{{{part.strip()}}}}} has blanks at its ends, without which it "
                "would be somebody else's name"
            )
        for character in forbidden:
            if character in value:
                raise InvalidRequest(
                    f'{what}: the value of the template {{{{{part.strip()}}}}} has a "{character}", which would mean '
                    "more than it says"
                )
        out.append(value)
    return "".join(out)


async def listed(request: Request, role: RoleRecord, name: str, field: str) -> list[str]:
    """The items of a list of a role (`name`), with its templates filled in.

    An item with a template is left out for a client without an entity: it names nobody.

    Raises: `InvalidRequest` for a value that would add names, unless the role allows that, and for one that is missing.
    """
    text: str = getattr(role, field)
    if not getattr(role, f"{field}_template"):
        return items(text)
    forbidden = ("" if role.allow_commas_in_identity_templates else ",") + (
        "" if role.allow_wildcards_in_identity_templates else "*?"
    )
    out: list[str] = []
    for item in items(text):
        made = await filled(request, item, f'{field} of the role "{name}"', forbidden)
        out += items(made) if made else []
    return list(dict.fromkeys(out))
