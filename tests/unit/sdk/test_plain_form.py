"""Rules for routes that declare no form."""

from __future__ import annotations

import pytest

from strongroom.sdk.spelling import PLAIN, Form


@pytest.mark.parametrize("rule", ["", "A", "Secret/A/B", "Secret/A/+/C/", "Secret/A/*", "/"])
@pytest.mark.parametrize("form", [PLAIN, Form()])
def test_what_is_written_is_what_is_meant(form: Form, rule: str) -> None:
    """Neither letters nor slashes change."""
    assert form.of_rule(rule) == rule
    assert form == Form(folded=(), folded_from=0, slashless=False)
