"""Key usages, basic constraints and policies."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.crypto.issuing.contents import Access, Policy
from strongroom.engines.pki.issuing.rules import usages_of
from strongroom.engines.pki.roles.records import PolicyPart
from tests.unit.engines.pki.issuing.rules.requests import allowed, role

SERVER, CLIENT, CODE, EMAIL = (f"1.3.6.1.5.5.7.3.{number}" for number in range(1, 5))
NO_FLAGS = {"server_flag": False, "client_flag": False}


@pytest.mark.parametrize(
    ("fields", "bits"),
    [
        ({}, ("digital_signature", "key_agreement", "key_encipherment")),
        ({"key_usage": ""}, ()),
        ({"key_usage": "digitalsignature,CRLSign"}, ("digital_signature", "crl_sign")),
        ({"key_usage": "KeyUsageDigitalSignature,DIGITALSIGNATURE"}, ("digital_signature",)),
        ({"key_usage": "ContentCommitment,CertSign"}, ("content_commitment", "key_cert_sign")),
    ],
)
def test_key_usages(fields: dict[str, Any], bits: tuple[str, ...]) -> None:
    """Names count in any case, with Go's prefix too; without names there is no extension."""
    assert usages_of(role(**fields)).key_usage == bits


@pytest.mark.parametrize(
    ("fields", "oids"),
    [
        ({}, (SERVER, CLIENT)),
        (NO_FLAGS, ()),
        ({"ext_key_usage": "CodeSigning"}, (SERVER, CLIENT, CODE)),
        ({**NO_FLAGS, "ext_key_usage": "serverauth"}, (SERVER,)),
        ({"ext_key_usage": "ServerAuth", "ext_key_usage_oids": CLIENT}, (SERVER, CLIENT)),
        ({**NO_FLAGS, "ext_key_usage": "Any"}, ("2.5.29.37.0",)),
        ({"client_flag": False, "ext_key_usage_oids": "1.3.6.1.4.1.311.20.2.2"}, (SERVER, "1.3.6.1.4.1.311.20.2.2")),
        ({"code_signing_flag": True, "email_protection_flag": True}, (SERVER, CLIENT, CODE, EMAIL)),
    ],
)
def test_extended_key_usages(fields: dict[str, Any], oids: tuple[str, ...]) -> None:
    """The flags add to the lists, and nothing stands there twice; with all of them empty there is no extension."""
    assert usages_of(role(**fields)).ext_key_usage == oids


def test_a_draft_holds_all_that_was_judged() -> None:
    """Subject, names, usages, policies and times get from the judgement into what is signed."""
    policies = (PolicyPart(oid="1.2.3", notice="N", cps="https://x"),)
    fields = {"allow_any_name": True, "basic_constraints_valid_for_non_ca": True, "policy_identifiers": policies}
    found = allowed(fields, {"common_name": "a.b"})

    draft = found.draft(7, b"key", Access(ocsp_servers=("http://x",)), b"id")
    assert (draft.serial, draft.public, draft.subject_key_id) == (7, b"key", b"id")
    assert draft.access.ocsp_servers == ("http://x",)
    assert (draft.subject, draft.names) == (found.subject, found.names)
    assert (draft.not_before, draft.not_after) == (found.validity.not_before, found.validity.not_after)
    assert (draft.key_usage, draft.ext_key_usage) == (found.usages.key_usage, found.usages.ext_key_usage)
    assert draft.basic_constraints == "leaf"
    assert draft.policies == (Policy(oid="1.2.3", notice="N", cps="https://x"),)
    assert allowed({"allow_any_name": True}, {"common_name": "a.b"}).usages.basic_constraints == ""
