"""Paths of `sys/`."""

from __future__ import annotations

from typing import Any

from tests.flow.core.kept_answers.rows.world import ALL, POLICY, Row, Subject, World


async def prepare(world: World) -> None:
    """Policies, a token that has one, and a namespace."""
    await world.ok(*_write("team/mine", "one"))
    await world.ok(*_write("theirs", "one"))
    auth = (await world.ok("POST", "auth/token/create", {"policies": ["theirs"], "ttl": "1h"})).body["auth"]
    world.names |= {"other": auth["client_token"], "accessor": auth["accessor"]}
    await world.ok("POST", "sys/namespaces/team", {"custom_metadata": {"a": "b"}})


def _write(name: str, path: str, capability: str = "read") -> tuple[str, str, Any]:
    return ("PUT", f"sys/policies/acl/{name}", {"policy": f'path "{path}" {{ capabilities = ["{capability}"] }}'})


SUBJECT = Subject(
    prepare,
    {
        "system list policies/acl": Row("sys/policies/acl", _write("more", "x")),
        "system list policies/acl/{folder*}": Row("sys/policies/acl/team", _write("team/more", "x")),
        "system read policies/acl/{name*}": Row("sys/policies/acl/team/mine", _write("team/mine", "two")),
        "system list policies/detailed/acl": Row("sys/policies/detailed/acl", _write("team/mine", "three")),
        "system list policies/detailed/acl/{folder*}": Row(
            "sys/policies/detailed/acl/team", _write("team/mine", "four")
        ),
        "system read policy": Row("sys/policy", _write("again", "x")),
        "system list policy": Row("sys/policy", ("DELETE", "sys/policies/acl/again", None)),
        "system read policy/{name*}": Row("sys/policy/team/mine", _write("team/mine", "five")),
        "system update capabilities": Row(
            "sys/capabilities", _write("theirs", "one", "update"), {"token": "{other}", "paths": "one"}
        ),
        "system update capabilities-accessor": Row(
            "sys/capabilities-accessor", _write("theirs", "one", "list"), {"accessor": "{accessor}", "paths": "one"}
        ),
        "system update capabilities-self": Row(
            "sys/capabilities-self",
            ("PUT", POLICY, {"policy": f'{ALL}\npath "one" {{ capabilities = ["read"] }}'}),
            {"paths": "one"},
        ),
        "system read namespaces/{path*}": Row(
            "sys/namespaces/team", ("POST", "sys/namespaces/team", {"custom_metadata": {"a": "c"}})
        ),
    },
)
