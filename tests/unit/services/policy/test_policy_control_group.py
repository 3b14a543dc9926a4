"""What a `control_group` of a rule may hold."""

from __future__ import annotations

import json

import pytest

from strongroom.lib.errors import InvalidRequest
from strongroom.services.policy.acl import Acl
from strongroom.services.policy.control_group import ControlGroup, Factor
from strongroom.services.policy.parse import NO_CONSTRAINTS, READ, UPDATE, parse_policy

F = 'factor "f" { identity { group_names = ["g"] approvals = 1 } }'


def parsed(group: str, capabilities: str = '"read", "update"') -> ControlGroup:
    """The group of a rule."""
    text = f'path "a" {{ capabilities = [{capabilities}]\n control_group = {{\n{group}\n}} }}'
    (found,) = parse_policy(text).rules[0].constraints.control_groups
    return found


def test_everything_a_factor_may_hold() -> None:
    """Names and ids of groups, times, capabilities; numbers also in quotes; the documented spellings of blocks."""
    text = """
        ttl = "90m"
        factor "one" {
          controlled_capabilities = ["update", "read", "update"]
          identity { group_names = ["g", "g", "h"] group_ids = ["1"] approvals = "2"
            ttl = 30 self_authorization = false }
        }
        factor "two" { identity = { group_ids = ["2"] approvals = 1 } }
    """
    one = Factor(
        name="one", approvals=2, group_names=("g", "h"), group_ids=("1",), capabilities=READ | UPDATE, ttl_s=30
    )
    two = Factor(name="two", approvals=1, group_ids=("2",))
    assert parsed(text) == ControlGroup((one, two), ttl_s=5400)


@pytest.mark.parametrize("listed", [False, True])
def test_json(listed: bool) -> None:
    """In JSON a factor is an object by its name, also in a list."""
    identity = {"group_names": ["g"], "approvals": 1}
    factor = [{"f": [{"identity": [identity]}]}] if listed else {"f": {"identity": identity}}
    text = json.dumps({"path": {"a": {"capabilities": ["read"], "control_group": {"ttl": "1h", "factor": factor}}}})
    (group,) = parse_policy(text).rules[0].constraints.control_groups
    assert group == ControlGroup((Factor(name="f", approvals=1, group_names=("g",)),), ttl_s=3600)


@pytest.mark.parametrize(
    ("group", "text"),
    [
        ("", "requires at least one factor but had none"),
        ('ttl = "1h"', "requires at least one factor but had none"),
        ('factor "f" {}', 'factor "f": missing required approvals'),
        ('factor "f" { identity { group_names = ["g"] } }', "missing required approvals"),
        ('factor "f" { identity { group_names = ["g"] approvals = 0 } }', "missing required approvals"),
        ('factor "f" { identity { group_names = ["g"] approvals = -1 } }', "missing required approvals"),
        ('factor "f" { identity { group_names = ["g"] approvals = 65 } }', "at most 64 approvals"),
        ('factor "f" { identity { group_names = ["g"] approvals = 1.5 } }', "expected a whole number"),
        ('factor "f" { identity { group_names = ["g"] approvals = true } }', "expected a whole number"),
        ('factor "f" { identity { group_names = ["g"] approvals = "x" } }', "expected a whole number"),
        ('factor "f" { identity { approvals = 1 } }', "missing approving groups"),
        ('factor "f" { identity { group_names = [] approvals = 1 } }', "missing approving groups"),
        ('factor "f" { identity { group_names = "g" approvals = 1 } }', "expected a list, found a text"),
        ('factor "f" { identity { group_names = [""] approvals = 1 } }', "expected a text that isn't empty"),
        ('factor "f" { identity { group_names = [5] approvals = 1 } }', "expected a text that isn't empty"),
        ('factor "f" { identity { group_name = ["g"] approvals = 1 } }', 'invalid key "group_name"'),
        ('factor "f" { identity { group_names = ["g"] approvals = 1 approvals = 2 } }', "approvals is given twice"),
        (
            'factor "f" { identity { group_names = ["g"] approvals = 1 self_authorization = true } }',
            "their own request",
        ),
        ('factor "f" { identity { group_names = ["g"] approvals = 1 ttl = "-1s" } }', "at least 0"),
        ('factor "f" { identity { group_names = ["g"] approvals = 1 } identity { approvals = 1 } }', "given twice"),
        (f"{F} max_ttl = 5", 'invalid key "max_ttl"'),
        (f'{F} ttl = "x"', "ttl"),
        (f'{F} ttl = "-5m"', "at least 0"),
        (f"{F} ttl = 5 ttl = 6", "ttl is given twice"),
        ('factor "f" { controlled_capabilities = [] identity { group_names = ["g"] approvals = 1 } }', "missing contr"),
        ('factor "f" { controlled_capabilities = ["x"] identity { group_names = ["g"] approvals = 1 } }', '"x"'),
        ('factor "f" { controlled_capabilities = ["deny"] identity { group_names = ["g"] approvals = 1 } }', '"deny"'),
        (
            'factor "f" { controlled_capabilities = ["list"] identity { group_names = ["g"] approvals = 1 } }',
            "must be among the rule's capabilities",
        ),
        (F.replace('"f"', '""'), "expected a name"),
        (F.replace('"f"', ""), 'invalid key "group_names"'),
        ("\n".join(F.replace('"f"', f'"f{n}"') for n in range(33)), "at most 32 factors"),
    ],
)
def test_what_is_refused(group: str, text: str) -> None:
    """A demand that can't be read, that demands nothing, or that nobody could meet, isn't stored."""
    with pytest.raises(InvalidRequest) as refused:
        parsed(group)
    assert text in refused.value.text


def test_a_deny_has_no_demand() -> None:
    """A rule that denies everything needs no approval."""
    text = f'path "a" {{ capabilities = ["deny", "read"]\n control_group = {{ {F} }} }}'
    assert parse_policy(text).rules[0].constraints is NO_CONSTRAINTS


def test_a_factor_belongs_to_the_namespace_of_its_rule() -> None:
    """Merged rules keep apart whose groups they name."""
    text = f'path "a" {{ capabilities = ["read"]\n control_group = {{ {F} }} }}'
    acl = Acl([parse_policy(text, "p"), parse_policy(text, "q", "team/")], 0.0)
    here, there = (acl.decide(path, "read").constraints for path in ("a", "team/a"))
    assert here is not None
    assert there is not None
    assert [here.control_groups[0].factors[0].namespace, there.control_groups[0].factors[0].namespace] == ["", "team/"]


def test_other_paths_of_an_object_add_their_demands() -> None:
    """What another path of the same object needs is needed here too, once."""
    text = f"""
        path "a" {{ capabilities = ["read"] }}
        path "b" {{ capabilities = ["read"]
          mfa_methods = ["m"]
          control_group = {{ {F} }} }}
    """
    acl = Acl([parse_policy(text, "p")], 0.0)
    plain = acl.decide("a", "read")
    assert acl.restricted(plain, [], "read") is plain
    assert acl.restricted(plain, ["c"], "read") is plain
    found = acl.restricted(plain, ["b", "b"], "read").constraints
    assert found is not None
    assert (len(found.control_groups), found.mfa_methods) == (1, ("m",))
    assert acl.restricted(plain, ["b"], "list").constraints is not None
