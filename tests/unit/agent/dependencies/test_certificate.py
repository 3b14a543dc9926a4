"""Certificates that were issued, and those that are found in a file and are as good as new ones."""

from __future__ import annotations

import json
import textwrap
from dataclasses import replace
from functools import partial

import pytest
from cryptography import x509

from strongroom.agent.dependencies.certificate import Pems, completed, issued, kept_in
from strongroom.agent.dependencies.dependency import certificate
from tests.unit.agent.dependencies.issuing import BEGIN, DAY_S, NOON, Authority

ROOT = Authority.new("root")
OTHER = Authority.new("other root")
WEB = ROOT.issue("web.example.com")
WANTED = certificate("pki/issue/web", {"common_name": "web.example.com"}, "/etc/web.pem")
WHOLE = f"{WEB.key}{WEB.certificate}{ROOT.pem}"


def test_an_answer_becomes_certificate_key_and_chain() -> None:
    """Each part is found, by the names that templates use, with `.Data` before them or without."""
    found = issued(
        {"certificate": WEB.certificate.strip(), "private_key": WEB.key, "issuing_ca": ROOT.pem, "ca_chain": [ROOT.pem]}
    )
    assert found is not None
    data = getattr(found, found.methods["Data"])()
    assert [getattr(data, data.fields[name]) for name in ("Cert", "Key", "CA", "CAChain")] == [
        *(WEB.certificate, WEB.key, ROOT.pem, [ROOT.pem]),
    ]
    assert (found.begins_at, found.ends_at) == (BEGIN.timestamp(), BEGIN.timestamp() + DAY_S)
    serial = x509.load_pem_x509_certificate(WEB.certificate.encode()).serial_number
    assert found.serial == serial.to_bytes((serial.bit_length() + 7) // 8).hex(":")
    assert "PRIVATE" not in repr(found)


def test_a_bundle_in_one_field_is_taken_apart() -> None:
    """`format=pem_bundle` has everything in the certificate's field."""
    found = issued({"certificate": WHOLE})
    assert found is not None
    assert (found.cert, found.key, found.ca) == (WEB.certificate, WEB.key, ROOT.pem)


@pytest.mark.parametrize("data", [{}, {"certificate": "x"}, {"certificate": ROOT.pem}, {"certificate": None}])
def test_an_answer_without_a_certificate_is_none(data: dict[str, str]) -> None:
    """DER, or an authority alone, gives templates nothing."""
    assert issued(data) is None


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        f"# a comment\n{WEB.certificate}\nsomething = else\n{WEB.key}{ROOT.pem}",
        f"tls:\n  certificate: |\n{textwrap.indent(WEB.certificate, '    ')}  key: |\n"
        f"{textwrap.indent(WEB.key, '    ')}  ca: |\n{textwrap.indent(ROOT.pem, '    ')}",
        json.dumps({"cert": WEB.certificate, "key": WEB.key, "ca": ROOT.pem}),
        WHOLE.replace("\n", "\r\n"),
        f"{OTHER.issue('other.example.com').certificate}{OTHER.pem}{WHOLE}",
    ],
)
def test_a_good_certificate_is_kept(text: str) -> None:
    """Whatever stands around it, and however its lines are broken, a restart issues no new one."""
    found = kept_in(text, WANTED, NOON)
    assert found is not None
    assert (found.cert, found.key, found.ca) == (WEB.certificate, WEB.key, ROOT.pem)
    assert found.ca_chain == [ROOT.pem]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", NOON),
        ("something else", NOON),
        (ROOT.pem, NOON),
        (WHOLE, BEGIN.timestamp() + DAY_S),
        (WHOLE, BEGIN.timestamp() - 1),
        (f"{WEB.certificate}{ROOT.issue('web.example.com').key}", NOON),
        (WHOLE.replace("-----END CERTIFICATE-----", "", 1), NOON),
        (WHOLE[: len(WHOLE) // 3], NOON),
    ],
)
def test_others_are_not_kept(text: str, at: float) -> None:
    """One that has ended, one with another's key, and half of one aren't kept."""
    assert kept_in(text, WANTED, at) is None


@pytest.mark.parametrize(
    ("has", "arguments", "kept"),
    [
        ((), {"common_name": "web.example.com"}, True),
        ((), {"common_name": "WEB.example.com"}, True),
        ((), {"common_name": "other.example.com"}, False),
        ((), {}, True),
        ((), {"common_name": "web.example.com", "ttl": "24h"}, True),
        (("a.example.com",), {"common_name": "web.example.com", "alt_names": "a.example.com"}, True),
        (("a.example.com",), {"common_name": "web.example.com", "alt_names": " a.example.com , web.example.com"}, True),
        ((), {"common_name": "web.example.com", "alt_names": "a.example.com"}, False),
        (("a.example.com",), {"common_name": "web.example.com"}, False),
        (("a.example.com",), {"common_name": "web.example.com", "csr": "x"}, True),
        (("::1",), {"common_name": "web.example.com", "ip_sans": "0:0:0:0:0:0:0:1"}, True),
        (("10.0.0.1",), {"common_name": "web.example.com", "ip_sans": "10.0.0.2"}, False),
        ((), {"common_name": "bücher.example"}, True),
    ],
)
def test_other_names_need_another_certificate(has: tuple[str, ...], arguments: dict[str, str], kept: bool) -> None:
    """When the arguments in the template have changed, the certificate in the file isn't what is asked for."""
    pair = ROOT.issue("web.example.com", has)
    found = kept_in(pair.certificate + pair.key, certificate("pki/issue/web", arguments, "/x"), NOON)
    assert (found is not None) is kept


def test_what_a_file_lacks_is_told_of() -> None:
    """A template that reads a part which the file didn't have can't be rendered from it."""
    found = kept_in(WEB.certificate, WANTED, NOON)
    assert found is not None
    missed: list[str] = []
    for name in ("cert", "key", "ca", "ca_chain"):
        assert not getattr(replace(found, missed=partial(missed.append, name)), name) or name == "cert"
    assert missed == ["key", "ca", "ca_chain"]


@pytest.mark.parametrize(
    ("text", "key", "ca"),
    [
        (WEB.key + ROOT.pem, WEB.key, ROOT.pem),
        (ROOT.issue("web.example.com").key + OTHER.pem + ROOT.pem, "", ROOT.pem),
        (WEB.key, WEB.key, ""),
        ("", "", ""),
    ],
)
def test_other_files_complete_it(text: str, key: str, ca: str) -> None:
    """Only the certificate's own key and its own authorities are taken."""
    found = kept_in(WEB.certificate, WANTED, NOON)
    assert found is not None
    whole = completed(found, [text])
    assert (whole.cert, whole.own_key, whole.own_ca, whole.own_chain) == (WEB.certificate, key, ca, (ca,) if ca else ())


def test_what_an_answer_lacks_is_empty() -> None:
    """Signing a request gives no key: that is no reason to ask again."""
    found = issued({"certificate": WEB.certificate})
    assert isinstance(found, Pems)
    assert (found.key, found.ca, found.ca_chain) == ("", "", [])
