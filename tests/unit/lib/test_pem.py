"""Authorities in PEM whose comments aren't ASCII."""

from __future__ import annotations

import ssl

import pytest

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.ldap.directory import Tls
from strongroom.lib.ldap.tls import check_tls
from strongroom.lib.pem import ascii_pem


def test_only_what_is_not_ascii_is_replaced() -> None:
    """So a certificate stays what it is."""
    assert ascii_pem("# Certificación\n-----BEGIN") == "# Certificaci?n\n-----BEGIN"


def test_text_in_any_language_is_no_authority_of_a_directory() -> None:
    """It is refused as what it is: a mistake of whoever wrote it."""
    for text in ("ünï", "\ud800", "-----BEGIN CERTIFICATE-----\nü\n-----END CERTIFICATE-----"):
        with pytest.raises(InvalidRequest, match="holds no certificate"):
            check_tls(Tls(ca_pem=text))


def test_ssl_takes_ascii_only() -> None:
    """When this fails, nothing has to be replaced any more."""
    with pytest.raises(TypeError):
        ssl.create_default_context(cadata="ü")
