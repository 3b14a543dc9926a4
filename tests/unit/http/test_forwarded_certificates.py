"""Certificates that proxies pass on in a header."""

from __future__ import annotations

import base64
import ipaddress
import time
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.http.forwarded import ForwardedRules, forwarded_request
from strongroom.http.forwarded_certificates import DECODERS, MOST, WHOLE, CertificateHeader
from strongroom.http.head import RequestRefused
from strongroom.http.message import HttpRequest, Peer, Tls
from tests.sim.pki import Authority, Issued, pem_of

ROOT = Authority.root(time.time())
LEAF = ROOT.below("Between").issue("leaf")
OTHER = ROOT.issue("other")
PROXY, STRANGER = "10.0.0.1", "192.0.2.1"


def b64(der: bytes) -> str:
    """The bytes in base64."""
    return base64.b64encode(der).decode()


def bare(pem: str) -> str:
    """As proxies write PEM into one line without its marks."""
    return "".join(pem.splitlines()[1:-1])


def sequence(der: bytes) -> str:
    """As structured fields have bytes."""
    return f":{b64(der)}:"


CHAIN = "".join(pem_of(each) for each in LEAF.shown)
WAYS: list[tuple[str, tuple[str, ...], str, tuple[bytes, ...]]] = [
    ("nginx, ssl_client_escaped_cert", ("URL", "DER"), quote(LEAF.pem, safe=""), (LEAF.der,)),
    ("the same by OpenBao's name", ("URL", "PEM"), quote(LEAF.pem, safe=""), (LEAF.der,)),
    ("HAProxy, ssl_c_der,base64", ("BASE64",), b64(LEAF.der), (LEAF.der,)),
    ("OpenBao without decoders", (), b64(LEAF.der), (LEAF.der,)),
    ("Traefik, passTLSClientCert.pem", ("BASE64",), bare(LEAF.pem), (LEAF.der,)),
    ("Traefik, with a chain", ("BASE64",), ",".join(bare(pem_of(each)) for each in LEAF.shown), LEAF.shown),
    ("a whole chain in PEM", ("URL", "PEM"), quote(CHAIN), LEAF.shown),
    ("plus signs as they are", ("URL", "PEM"), quote(LEAF.pem, safe="+/= "), (LEAF.der,)),
    ("RFC 9440", ("RFC9440",), sequence(LEAF.der), (LEAF.der,)),
    ("Envoy", ("ENVOY",), f'By=spiffe://a;Hash=00;Cert="{quote(LEAF.pem, safe="")}";Subject="CN=a,O=b"', (LEAF.der,)),
    ("Envoy, whole chain", ("ENVOY",), f'Cert="{quote(LEAF.pem)}";Chain="{quote(CHAIN)}"', LEAF.shown),
    ("Envoy, chain only", ("ENVOY",), f'Chain="{quote(CHAIN)}";URI=', LEAF.shown),
    ("Envoy, the nearest of several", ("ENVOY",), f'Cert="{quote(OTHER.pem)}",Cert="{quote(LEAF.pem)}"', (LEAF.der,)),
    ("Envoy, a client without one", ("ENVOY",), 'Hash=00;Subject="CN=\\"a\\""', ()),
]


@pytest.mark.parametrize(("way", "decoders", "field", "shown"), WAYS, ids=[case[0] for case in WAYS])
def test_each_proxys_way(way: str, decoders: tuple[str, ...], field: str, shown: tuple[bytes, ...]) -> None:
    """What each proxy writes is read, leaf first."""
    assert CertificateHeader("client-cert", decoders).certificates({"client-cert": field}) == shown


def test_the_chain_of_rfc_9440() -> None:
    """It stands in a header of its own, as a list."""
    headers = {"client-cert": sequence(LEAF.der), "client-cert-chain": ", ".join(map(sequence, LEAF.chain))}
    assert CertificateHeader("client-cert", ("RFC9440",)).certificates(headers) == LEAF.shown


PEM = quote(LEAF.pem, safe="")
WRONG: list[tuple[tuple[str, ...], str]] = [
    ((), "nonsense"),
    ((), f"{b64(LEAF.der)}!"),
    ((), b64(b"no certificate")),
    ((), f"{b64(OTHER.der)}, {b64(LEAF.der)}"),
    (("BASE64",), f"{b64(OTHER.der)}, {b64(LEAF.der)}"),
    (("BASE64",), f"{b64(LEAF.der)}!"),
    (("BASE64",), b64(b"no certificate")),
    (("URL", "DER"), f"{PEM}, {PEM}"),
    (("URL", "DER"), f"%{PEM}"),
    (("URL", "DER"), f"junk{PEM}"),
    (("URL", "DER"), b64(LEAF.der)),
    (("DER",), "-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----"),
    (("RFC9440",), b64(LEAF.der)),
    (("RFC9440",), f"{sequence(OTHER.der)}, {sequence(LEAF.der)}"),
    (("ENVOY",), b64(LEAF.der)),
    (("ENVOY",), f'Cert="{PEM}";Cert="{PEM}"'),
    (("ENVOY",), f'Cert="{PEM}'),
    (("ENVOY",), 'Cert="nonsense"'),
    (("BASE64",), ",".join([b64(LEAF.der)] * (MOST + 1))),
]


OWN = f'By=spiffe://a;Hash=00;Cert="{quote(OTHER.pem, safe="")}";Subject="CN=other"'
ANOTHER = f'By=spiffe://a;Hash=00;Cert="{PEM}"'
FORGED = [
    f"{OWN};URI=spiffe://x,{ANOTHER}",
    f"{OWN};URI=,{ANOTHER}",
    f"{OWN};DNS=x, {ANOTHER};DNS=y",
    f"{OWN};URI=;DNS=x,By=;{ANOTHER}",
    f'Chain="{PEM}";URI=x;Cert="{PEM}"',
    f'Hash=00;Subject="CN=a";URI=x;Chain="{PEM}"',
    f"Subject=x,{ANOTHER}",
]


@pytest.mark.parametrize("field", FORGED)
def test_a_client_cannot_write_envoys_certificate_itself(field: str) -> None:
    """Envoy puts no quotes around the alternative names of the client's certificate."""
    with pytest.raises(RequestRefused, match="malformed client-cert header: a certificate stands behind"):
        CertificateHeader("client-cert", ("ENVOY",)).certificates({"client-cert": field})


def test_names_behind_envoys_certificate_are_as_they_like() -> None:
    """They are read for nothing, and an element without a certificate shows none."""
    read = CertificateHeader("client-cert", ("ENVOY",)).certificates
    assert read({"client-cert": f'{ANOTHER};Subject="CN=\\"a\\",O=b";URI=spiffe://a;URI=b;DNS=c'}) == (LEAF.der,)
    assert read({"client-cert": f"{ANOTHER};URI=x,Hash=00"}) == ()


@pytest.mark.parametrize(("decoders", "field"), WRONG, ids=[str(number) for number in range(len(WRONG))])
def test_anything_else_is_refused(decoders: tuple[str, ...], field: str) -> None:
    """Also a header that came twice: which of the two is the proxy's can't be told."""
    with pytest.raises(RequestRefused, match="malformed client-cert header") as refused:
        CertificateHeader("client-cert", decoders).certificates({"client-cert": field})
    assert refused.value.status == 400
    assert field not in refused.value.text


@given(st.sampled_from(sorted(DECODERS) + sorted(WHOLE)), st.text('ACert=hain";:,%+/ \\-0123', max_size=80))
def test_no_header_is_taken_for_a_certificate(decoder: str, field: str) -> None:
    """Whatever it holds, it is refused, or says that there is none."""
    try:
        found = CertificateHeader("client-cert", (decoder,)).certificates({"client-cert": field})
    except RequestRefused:
        return
    assert all(each.startswith(b"\x30") for each in found)


def asked(sender: str, *, forwarded: bool = True, own: Issued | None = None, header: str | None = None) -> HttpRequest:
    """A request: from where, whether it names a client, with which certificate of its own and passed on."""
    headers = {"x-a": "kept"}
    if forwarded:
        headers["x-forwarded-for"] = "203.0.113.1"
    if header is not None:
        headers |= {"client-cert": header, "client-cert-chain": "x"}
    tls = Tls(version="TLSv1.3", cipher="x", server_name=None, peer_certificates=own.shown if own else ())
    return HttpRequest("GET", "/v1/a", "", headers, b"", Peer(address=sender, port=1, listener="x", tls=tls))


def rules(header: CertificateHeader | None) -> ForwardedRules:
    """One proxy is believed."""
    return ForwardedRules(authorized=(ipaddress.ip_network("10.0.0.0/8"),), certificates=header)


HEADER = CertificateHeader("client-cert")
SEEN: list[tuple[str, Callable[[], HttpRequest], tuple[bytes, ...]]] = [
    ("the proxy says it", lambda: asked(PROXY, header=b64(LEAF.der)), (LEAF.der,)),
    ("the proxy has one of its own", lambda: asked(PROXY, own=OTHER, header=b64(LEAF.der)), (LEAF.der,)),
    ("the proxy's client shows none", lambda: asked(PROXY, own=OTHER), ()),
    ("a client forges the header", lambda: asked(STRANGER, header=b64(LEAF.der)), ()),
    ("and shows one", lambda: asked(STRANGER, own=OTHER, header=b64(LEAF.der)), OTHER.shown),
    ("the proxy asks for itself", lambda: asked(PROXY, forwarded=False, own=OTHER, header=b64(LEAF.der)), OTHER.shown),
    ("an empty header", lambda: asked(PROXY, own=OTHER, header=""), ()),
]


@pytest.mark.parametrize(("case", "request_", "seen"), SEEN, ids=[case[0] for case in SEEN])
def test_whose_word_counts(case: str, request_: Callable[[], HttpRequest], seen: tuple[bytes, ...]) -> None:
    """Only the header of a trusted proxy that speaks for a client; nobody else's gets any further."""
    request = forwarded_request(rules(HEADER), request_())
    assert request.peer.certificates == seen
    assert not {"client-cert", "client-cert-chain"} & request.headers.keys()
    assert request.headers["x-a"] == "kept"


def test_without_the_setting_no_header_counts() -> None:
    """The certificate of the proxy's own connection isn't its client's either."""
    request = forwarded_request(rules(None), asked(PROXY, own=OTHER, header=b64(LEAF.der)))
    assert request.peer.certificates == ()
