"""Keys of one-time passwords are made, read, replaced and deleted."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path
from typing import Any

import pyotp
import pytest

from strongroom.engines.totp import Totp
from strongroom.testing import PluginServer
from tests.flow.engines.totp.programs import needed

KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
GENERATED = {"generate": True, "issuer": "Straße & Co", "account_name": "eva@example.com"}


async def served() -> PluginServer:
    """A server with a mount of the engine."""
    return await PluginServer.start(Totp)


async def test_a_key_is_read_without_the_key() -> None:
    """A read shows how codes are made, and nothing of the key, however it came here."""
    server = await served()
    bodies: dict[str, dict[str, Any]] = {
        "given": {"key": KEY, "issuer": "I", "account_name": "A"},
        "url": {"url": f"otpauth://totp/I:A?secret={KEY}"},
        "generated": {"generate": True, "issuer": "I", "account_name": "A"},
    }
    for name, body in bodies.items():
        await server.ok("POST", f"totp/keys/{name}", body)
        assert (await server.ok("GET", f"totp/keys/{name}")).data == {
            "account_name": "A",
            "algorithm": "SHA1",
            "digits": 6,
            "issuer": "I",
            "period": 30,
        }
    assert (await server.ok("LIST", "totp/keys")).data == {"keys": ["generated", "given", "url"]}
    assert (await server.ok("LIST", "totp/keys?after=generated&limit=1")).data == {"keys": ["given"]}


@pytest.mark.parametrize("size", [16, 20, 128])
async def test_a_generated_key_is_shown_once_as_apps_read_it(size: int) -> None:
    """The URL has every setting, and the key that codes are made of."""
    server = await served()
    settings = {"key_size": size, "algorithm": "SHA256", "digits": 8, "period": "1m"}
    shown = (await server.ok("POST", "totp/keys/eva", {**GENERATED, **settings})).data
    app = pyotp.parse_uri(shown["url"])
    assert isinstance(app, pyotp.TOTP)
    assert (app.issuer, app.name, app.digits, app.interval) == ("Straße & Co", "eva@example.com", 8, 60)
    assert len(app.byte_secret()) == size
    code = (await server.ok("GET", "totp/code/eva")).data["code"]
    assert code == app.at(int(server.clock.now()))


@pytest.mark.parametrize("settings", [{}, {"qr_size": 130}, {"qr_size": 2000, "key_size": 128}])
async def test_the_barcode_is_read_by_a_scanner(settings: dict[str, int], tmp_path: Path) -> None:
    """A program that we didn't write finds the URL in the picture, whatever its size."""
    scanner = needed("zbarimg")
    server = await served()
    shown = (await server.ok("POST", "totp/keys/eva", {**GENERATED, **settings})).data
    picture = tmp_path / "code.png"
    picture.write_bytes(base64.b64decode(shown["barcode"]))
    read = subprocess.run([scanner, "--raw", "-q", picture], capture_output=True, text=True, check=False)
    assert read.stdout.rstrip("\n") == shown["url"]


@pytest.mark.parametrize(
    ("settings", "fields"),
    [({}, {"barcode", "url"}), ({"qr_size": 0}, {"url"}), ({"exported": False}, None)],
)
async def test_what_is_shown_of_a_generated_key(settings: dict[str, Any], fields: set[str] | None) -> None:
    """As much as the request wants."""
    server = await served()
    made = await server.ok("POST", "totp/keys/eva", {**GENERATED, **settings})
    assert (set(made.data) if made.body else None) == fields


async def test_two_generated_keys_differ() -> None:
    """A key that is generated again is another one."""
    server = await served()
    urls = {(await server.ok("POST", "totp/keys/eva", GENERATED)).data["url"] for _ in range(3)}
    assert len(urls) == 3


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({**GENERATED, "key": KEY}, "a key should not be passed if generate is true"),
        ({**GENERATED, "url": "x"}, "a url should not be passed if generate is true"),
        ({**GENERATED, "issuer": ""}, "the issuer value is required for generated keys"),
        ({**GENERATED, "account_name": ""}, "the account_name value is required for generated keys"),
        ({**GENERATED, "key_size": 15}, "the key_size value must be between 16 and 128 bytes"),
        ({**GENERATED, "key_size": 129}, "the key_size value must be between 16 and 128 bytes"),
        ({**GENERATED, "key_size": 0}, "the key_size value must be greater than zero"),
        ({**GENERATED, "issuer": "ü" * 65}, "issuer is longer than 128 bytes"),
        ({**GENERATED, "account_name": "x" * 257}, "account_name is longer than 256 bytes"),
        ({"key": KEY, "key_size": -1}, "the key_size value must be greater than zero"),
        ({"key": KEY, "qr_size": -1}, "the qr_size value must be greater than or equal to zero"),
        ({"key": KEY, "qr_size": 2001}, "the qr_size value must not be greater than 2000"),
        ({"key": KEY, "algorithm": "sha1"}, "the algorithm value is not valid: it is one of SHA1, SHA256, SHA512"),
        ({"key": KEY, "digits": 7}, "the digits value can only be 6 or 8"),
        ({"key": KEY, "skew": 2}, "the skew value must be 0 or 1"),
        ({"key": KEY, "skew": -1}, "the skew value must be 0 or 1"),
        ({"key": KEY, "period": 0}, "the period value must be greater than zero"),
        ({"key": KEY, "period": 86401}, "the period value must not be greater than 86400 seconds"),
        ({"url": f"otpauth://totp/t?secret={KEY}&period=0"}, "the period value must be greater than zero"),
        ({"url": f"otpauth://totp/t?secret={KEY}&digits=7"}, "the digits value can only be 6 or 8"),
        ({"url": f"otpauth://totp/{'x' * 257}?secret={KEY}"}, "account_name is longer than 256 bytes"),
        ({}, "the key value is required"),
    ],
)
async def test_what_is_refused_changes_nothing(body: dict[str, Any], error: str) -> None:
    """The error says what is wrong, and the key that was there stays."""
    server = await served()
    await server.ok("POST", "totp/keys/k", {"key": KEY, "issuer": "before"})
    refused = await server.ask("POST", "totp/keys/k", body)
    assert (refused.status, refused.error) == (400, error)
    assert (await server.ok("GET", "totp/keys/k")).data["issuer"] == "before"


async def test_the_largest_code_fits_into_a_picture() -> None:
    """The longest names, of characters that take the most room, with the longest key."""
    server = await served()
    body = {"generate": True, "issuer": "ü" * 64, "account_name": "ü" * 128, "key_size": 128}
    shown = (await server.ok("POST", "totp/keys/k", body)).data
    assert base64.b64decode(shown["barcode"]).startswith(b"\x89PNG")


async def test_a_url_counts_more_than_fields() -> None:
    """What it doesn't say, the fields say; but for the account, which it always names."""
    server = await served()
    fields = {"issuer": "J", "account_name": "B", "digits": 8, "period": 90, "algorithm": "SHA512", "key": "AAAA"}
    await server.ok("POST", "totp/keys/k", {"url": f"otpauth://totp/A?secret={KEY}&period=60", **fields})
    read = (await server.ok("GET", "totp/keys/k")).data
    assert read == {"account_name": "A", "algorithm": "SHA512", "digits": 8, "issuer": "J", "period": 60}
    code = (await server.ok("GET", "totp/code/k")).data["code"]
    assert code == pyotp.TOTP(KEY, digits=8, interval=60, digest="sha512").at(int(server.clock.now()))


@pytest.mark.parametrize("name", ["-a", "a-", "@a", "a%20b", "a/b", "x" * 257])
async def test_what_is_no_name(name: str) -> None:
    """No path of it is there."""
    server = await served()
    for method, path in (("POST", "keys"), ("GET", "keys"), ("DELETE", "keys"), ("POST", "code"), ("GET", "code")):
        assert (await server.ask(method, f"totp/{path}/{name}", {"key": KEY})).status == 404


async def test_names_may_be_addresses() -> None:
    """As long as names may be."""
    server = await served()
    for name in ("eva@example.com", "x" * 256, "a"):
        await server.ok("POST", f"totp/keys/{name}", {"key": KEY})
        await server.ok("GET", f"totp/code/{name}")
        await server.ok("DELETE", f"totp/keys/{name}")
        assert (await server.ask("GET", f"totp/keys/{name}")).status == 404
