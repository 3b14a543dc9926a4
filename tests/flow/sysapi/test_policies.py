"""Policies of a whole server."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.passwords import generate, parse_password_policy
from strongroom.lib.rand import SystemRandom
from tests.flow.sysapi.system_server import Server

READ = 'path "cubbyhole/a" { capabilities = ["read"] }'


async def test_a_change_counts_for_the_next_request() -> None:
    """Tokens have what their policies say now: more after a change, nothing after a removal or an expiry."""
    server = await Server.start()
    token = await server.token(READ, no_default_policy=True)
    assert (await server.ask("GET", "cubbyhole/a", token=token)).status == 404
    assert (await server.ask("GET", "cubbyhole/b", token=token)).status == 403
    both = READ + ' path "cubbyhole/b" { capabilities = ["read"] }'
    await server.ok("PUT", "sys/policies/acl/only", {"policy": both, "ttl": "1h"})
    assert (await server.ask("GET", "cubbyhole/b", token=token)).status == 404
    server.clock.advance(3601)
    assert (await server.ask("GET", "cubbyhole/b", token=token)).status == 403


async def test_lists_of_a_folder() -> None:
    """Policies below a folder are listed by name or with their text, whether or not a slash ends it, and no others."""
    server = await Server.start()
    for name in ("team/a", "team/b/c", "teams", "team"):
        await server.ok("PUT", f"sys/policies/acl/{name}", {"policy": READ})
    for folder in ("team", "team/", "Team"):
        names = (await server.ok("LIST", f"sys/policies/acl/{folder}")).data
        detailed = (await server.ok("LIST", f"sys/policies/detailed/acl/{folder}")).data
        assert names["keys"] == detailed["keys"] == list(detailed["key_info"]) == ["team/a", "team/b/c"]
        assert detailed["key_info"]["team/a"]["policy"] == READ
    for folder in ("sys/policies/acl/tea", "sys/policies/detailed/acl/tea"):
        assert (await server.ask("LIST", folder)).status == 404


async def test_writing_is_guarded_by_versions() -> None:
    """`cas` writes only over the version it names; `cas_required` asks for it from then on; patching counts too."""
    server = await Server.start()
    path = "sys/policies/acl/p"
    await server.ok("PUT", path, {"policy": READ, "cas": -1})
    assert (await server.ask("PUT", path, {"policy": READ, "cas": -1})).status == 400
    await server.ok("PUT", path, {"policy": READ, "cas": 1, "cas_required": True})
    assert (await server.ask("PUT", path, {"policy": READ})).status == 400
    assert (await server.ask("PATCH", path, {"policy": READ})).status == 400
    await server.ok("PATCH", path, {"cas": 2, "cas_required": False})
    shown = (await server.ok("GET", path)).data
    assert (shown["version"], shown["cas_required"], shown["policy"]) == (3, False, READ)
    assert (await server.ask("PATCH", "sys/policies/acl/nosuch", {"policy": READ})).status == 400


async def test_old_and_encoded_forms() -> None:
    """`sys/policy` with `rules`, base64 and JSON texts are the same policies; names are in lower case."""
    server = await Server.start()
    old = await server.ok("PUT", "sys/policy/Old", {"rules": READ})
    assert "deprecated" in old.body["warnings"][0]
    assert (await server.ok("GET", "sys/policies/acl/OLD")).data["policy"] == READ
    encoded = "cGF0aCAieCIgeyBjYXBhYmlsaXRpZXMgPSBbInJlYWQiXSB9"
    await server.ok("PUT", "sys/policies/acl/encoded", {"policy": encoded})
    shown = (await server.ok("GET", "sys/policies/acl/encoded")).data
    assert shown["policy"] == 'path "x" { capabilities = ["read"] }'
    await server.ok("PUT", "sys/policies/acl/json", {"policy": '{"path": {"x": {"capabilities": ["read"]}}}'})
    listed = (await server.ok("LIST", "sys/policies/acl")).data["keys"]
    assert listed == ["default", "encoded", "json", "old", "root"]


async def test_what_does_not_parse_changes_nothing() -> None:
    """The error names the place; the policy stays as it was."""
    server = await Server.start()
    await server.ok("PUT", "sys/policies/acl/p", {"policy": READ})
    wrong = 'path "x" {\n capabilities = ["fly"]\n}'
    refused = await server.ask("PUT", "sys/policies/acl/p", {"policy": wrong})
    assert refused.status == 400
    assert refused.error.startswith("failed to parse policy: At 2:")
    assert (await server.ok("GET", "sys/policies/acl/p")).data["policy"] == READ


@pytest.mark.parametrize("name", ["root", "response-wrapping"])
async def test_fixed_policies_stay(name: str) -> None:
    """They can be neither changed nor removed, in whatever case they are written."""
    server = await Server.start()
    for method, body in (("PUT", {"policy": READ}), ("DELETE", None)):
        for spelled in (name, name.upper()):
            assert (await server.ask(method, f"sys/policies/acl/{spelled}", body)).status == 400
    assert (await server.ask("DELETE", "sys/policies/acl/default")).status == 400


async def test_passwords_by_policy() -> None:
    """A password policy is kept, checked, and used to generate."""
    server = await Server.start()
    rules = 'length = 20\nrule "charset" { charset = "abc" min-chars = 5 }\nrule "charset" { charset = "XY" }'
    await server.ok("PUT", "sys/policies/password/a/b", {"policy": rules})
    assert (await server.ok("GET", "sys/policies/password/a/b")).data == {"policy": rules}
    password = (await server.ok("GET", "sys/policies/password/a/b/generate")).data["password"]
    assert len(password) == 20
    assert set(password) <= set("abcXY")
    assert (await server.ask("GET", "sys/policies/password/none")).status == 404


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        (
            'length = 20\nrule "charset" { charset = "ab" min_chars = 5 }',
            [
                "the password policy has names that nothing reads, so passwords don't follow them: min_chars",
                'Did you mean "min-chars" instead of "min_chars"?',
            ],
        ),
        (
            'length = 20\nconsecutive-chars-allowed = false\nrule "charset" { charset = "ab" }',
            [
                "the password policy has names that nothing reads, so passwords don't follow them: "
                "consecutive-chars-allowed"
            ],
        ),
    ],
)
async def test_a_demand_on_passwords_that_nothing_reads_is_told(text: str, warnings: list[str]) -> None:
    """The policy is kept, as in Vault, but its author learns that passwords don't meet it."""
    server = await Server.start()
    assert (await server.ok("PUT", "sys/policies/password/a", {"policy": text})).body["warnings"] == warnings


@given(
    st.integers(4, 40),
    st.lists(st.tuples(st.text(string.ascii_letters + string.digits, min_size=1), st.integers(0, 3)), min_size=1),
)
def test_generated_passwords_meet_their_policy(length: int, rules: list[tuple[str, int]]) -> None:
    """Whatever the rules: a policy that is taken gives passwords that meet it, or says that it can't."""
    blocks = "".join(f'rule "charset" {{ charset = "{charset}" min-chars = {least} }}\n' for charset, least in rules)
    try:
        policy = parse_password_policy(f"length = {length}\n{blocks}")
        password = generate(policy, SystemRandom().bytes)
    except InvalidRequest:
        assert sum(least for _, least in rules) > length or len(rules) > 1
        return
    assert len(password) == length
    for charset, least in rules:
        assert sum(character in charset for character in password) >= least


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "length = 20",
        'length = 2\nrule "charset" { charset = "a" }',
        'length = 101\nrule "charset" { charset = "a" }',
        'length = 10\nrule "charset" { charset = "" }',
        'length = 10\nrule "other" { charset = "a" }',
        'length = 10\nrule "charset" { charset = "a" min-chars = 11 }',
        'length = "x"\nrule "charset" { charset = "a" }',
        'length = 10\nrule "charset" { charset = "a\\u0001" }',
    ],
)
def test_password_policies_that_make_no_sense(text: str) -> None:
    """Are refused when they are written, not when a password is needed."""
    with pytest.raises(InvalidRequest):
        parse_password_policy(text)


async def test_what_is_likely_wrong_is_told() -> None:
    """Writing a policy and `sys/policies/lint` warn of the same, by the mounts as they are, each rule once."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
    text = """
        path "secret/web"         { capabilities = ["read"] }
        path "secret/data/*"      { capabilities = ["read"] }
        path "secret/+/private/*" { capabilities = ["deny"] }
        path "sys/polcies/acl/+"  { capabilities = ["read", "deny"] }
    """
    written = (await server.ok("PUT", "sys/policies/acl/p", {"policy": text})).body["warnings"]
    assert [warning.partition('"')[2].partition('"')[0] for warning in written] == [
        "secret/web",
        "sys/polcies/acl/+",
        "secret/+/private/*",
        "sys/polcies/acl/+",
    ]
    assert (await server.ok("POST", "sys/policies/lint", {"policy": text})).data["warnings"] == written
    many = "\n".join(f'path "sys/no/{number}" {{ capabilities = ["read"] }}' for number in range(60))
    told = (await server.ok("POST", "sys/policies/lint", {"policy": many})).data["warnings"]
    assert (len(told), told[-1]) == (51, "There are 10 more warnings.")
    assert (await server.ask("POST", "sys/policies/lint", {})).status == 400
    assert (await server.ok("POST", "sys/policies/lint", {"policy": READ})).data["warnings"] == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"paths": ["a"]}, "no token found"),
        ({"paths": ["a"], "token": None}, "no token found"),
        ({"paths": ["a"], "token": "x"}, "invalid token"),
        ({"token": "x"}, "paths must be supplied"),
    ],
)
async def test_capabilities_of_no_token(body: dict[str, object], said: str) -> None:
    """Who asks for the capabilities of a token and names none, or none that there is, has made a mistake (400)."""
    server = await Server.start()
    answer = await server.ask("POST", "sys/capabilities", body)
    assert answer.status == 400
    assert said in answer.error
