"""Certificates, issuers and lists of revoked certificates."""

from __future__ import annotations

from itertools import count

from tests.flow.core.kept_answers.rows.world import Row, Subject, World

_OTHERS = ("raw", "pem")
"""Mounts of rows whose answer nothing changes but the end of the mount."""
_number = count()


async def prepare(world: World) -> None:
    """A mount with two issuers, a role and a certificate, and mounts with one each."""
    for mount in ("pki", *_OTHERS):
        await world.ok("POST", f"sys/mounts/{mount}", {"type": "pki"})
        await world.ok("POST", f"{mount}/roles/r", {"allow_any_name": True, "key_type": "ec"})
        for name in ("one", "two", "three", "four") if mount == "pki" else ("one",):
            wanted = {"common_name": name, "issuer_name": name, "key_type": "ec", "ttl": "720h"}
            await world.ok("POST", f"{mount}/root/generate/internal", wanted)
        world.names[mount] = await _issued(world, mount)
        await world.ok("POST", f"{mount}/config/crl", {"enable_delta": True, "auto_rebuild": True})
    await _revoked(world)


async def _issued(world: World, mount: str = "pki") -> str:
    wanted = {"common_name": f"{next(_number)}.example", "ttl": "24h"}
    return str((await world.ok("POST", f"{mount}/issue/r", wanted)).data["serial_number"])


async def _revoked(world: World) -> None:
    """Revoke a new certificate."""
    await world.ok("POST", "pki/revoke", {"serial_number": await _issued(world)})
    world.node.clock.advance(60)


async def _other_default(world: World) -> None:
    """Choose another default issuer."""
    known = (await world.ok("LIST", "pki/issuers")).data["key_info"]
    name = next(each["issuer_name"] for each in known.values() if each["is_default"])
    await world.ok("POST", "pki/config/issuers", {"default": "two" if name == "one" else "one"})


async def _rebuilt(world: World) -> None:
    """Make a complete list anew, which is what a delta follows."""
    await world.ok("POST", "pki/revoke", {"serial_number": await _issued(world)})
    await world.ok("GET", "pki/crl/rotate")
    await world.ok("GET", "pki/crl/rotate-delta")


def _default(path: str) -> Row:
    return Row(f"pki/{path}", _other_default, is_open=True)


def _list(path: str) -> Row:
    return Row(f"pki/{path}", _rebuilt, is_open=True)


def _gone(name: str) -> tuple[str, str, None]:
    return ("DELETE", f"pki/issuer/{name}", None)


SUBJECT = Subject(
    prepare,
    {
        **{
            f"pki read {path}": _default(path)
            for path in ("ca", "ca/pem", "ca_chain", "cert/ca", "cert/ca_chain", "cert/ca/raw", "cert/ca/raw/pem")
        },
        **{
            f"pki read {path}": _list(path)
            for path in ("crl", "crl/pem", "crl/delta", "crl/delta/pem", "cert/crl", "cert/delta-crl")
        },
        **{
            f"pki read issuer/{{issuer_ref}}/crl{end}": _list(f"issuer/default/crl{end}")
            for end in ("", "/der", "/pem", "/delta", "/delta/der", "/delta/pem")
        },
        "pki list roles": Row("pki/roles", ("POST", "pki/roles/other", {})),
        "pki read roles/{name}": Row("pki/roles/r", ("PATCH", "pki/roles/r", {"ttl": "1h"})),
        "pki list issuers": Row("pki/issuers", ("PATCH", "pki/issuer/four", {"issuer_name": "five"}), is_open=True),
        "pki read issuer/{issuer_ref}": Row("pki/issuer/five", ("PATCH", "pki/issuer/five", {"usage": "read-only"})),
        "pki read issuer/{issuer_ref}/json": Row(
            "pki/issuer/five/json", ("PATCH", "pki/issuer/five", {"issuer_name": "six"}), is_open=True
        ),
        "pki read issuer/{issuer_ref}/pem": Row("pki/issuer/six/pem", _gone("six"), is_open=True),
        "pki read issuer/{issuer_ref}/der": Row("pki/issuer/three/der", _gone("three"), is_open=True),
        "pki read cert/{serial}": Row(
            "pki/cert/{pki}", ("POST", "pki/revoke", {"serial_number": "{pki}"}), is_open=True
        ),
        "pki read cert/{serial}/raw": Row("raw/cert/{raw}/raw", ("DELETE", "sys/mounts/raw", None), is_open=True),
        "pki read cert/{serial}/raw/pem": Row(
            "pem/cert/{pem}/raw/pem", ("DELETE", "sys/mounts/pem", None), is_open=True
        ),
    },
)
