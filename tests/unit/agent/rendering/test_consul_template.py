"""Templates in consul-template's language, as the agent executes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from strongroom.agent.config.rendering import Template
from strongroom.agent.rendering.consul_template import consul_template
from strongroom.agent.rendering.execution import NotRendered
from strongroom.server.config.reader import Where
from tests.unit.template.functions.around import FixedSurroundings


class FaultySurroundings(FixedSurroundings):
    """Has a fault that nobody has thought of."""

    def secret(self, path: str, arguments: Mapping[str, Any] | None) -> Any:
        return {"hunter2": 1}["a key that isn't there: hunter2"]


def test_a_fault_of_this_program_is_one_template_s() -> None:
    """It is told with its place and without a value, and ends neither other templates nor the agent."""
    template = consul_template(Template(Where("test", 1)), '{{ secret "secret/a" }}')
    with pytest.raises(NotRendered) as raised:
        template.execute(FaultySurroundings())
    assert str(raised.value).startswith("a fault of this program: KeyError at test_consul_template.py:")
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("stanza", [{"function_denylist": ("env",)}, {"function_blacklist": ("env", "nothing")}])
def test_functions_can_be_denied(stanza: Mapping[str, Any]) -> None:
    """A function that is on a template's list fails, in Go's words; others go on."""
    template = Template(Where("agent.hcl", 1), destination="/a", **stanza)
    around = FixedSurroundings()
    assert consul_template(template, '{{ "a" | toUpper }}').execute(around) == "A"
    with pytest.raises(NotRendered, match=r"at <env \"HOME\">: error calling env: function is disabled"):
        consul_template(template, '{{ env "HOME" }}').execute(around)
