"""The pages about PKI name the fields that the engine has."""

from __future__ import annotations

import re
from pathlib import Path

from strongroom.engines.pki.acme.serving import JwsBody
from strongroom.engines.pki.engine import Pki
from strongroom.sdk.fields import fields_of

PAGES = sorted((Path(__file__).parents[3] / "docs" / "engines").glob("pki*.md"))
OF_PROTOCOLS = {"ocsp_request", "external_key_ref"}
"""OCSP's question, which clients send in another way, and what is refused by every value."""


def test_every_field_is_on_a_page() -> None:
    """Each field of a request is named by one of the pages."""
    named = set(re.findall(r"\w+", " ".join(page.read_text() for page in PAGES)))
    declared = [each for route in Pki.routes.routes for each in route.by_operation.values()]
    bodies = {each.body for each in declared if each.body is not None} - {JwsBody}
    fields = {field.name for body in bodies for field in fields_of(body)}
    assert fields - named == OF_PROTOCOLS
