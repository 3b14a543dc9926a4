"""What the API shows of the configuration."""

from __future__ import annotations

import json

from strongroom.server.config.config import parse_config
from strongroom.server.shown_settings import shown_settings

TEXT = """
api_addr = "https://one.example:8200"
log_level = "debug"
raw_storage_endpoint = true
license = "canary-license"
storage "postgresql" { connection_url = "postgres://u:canary-store@db/x" }
listener "tcp" {
  address = "127.0.0.1:8200"
  tls_disable = true
  tls_key_file = "/canary/key.pem"
  tls_acme_eab_mac_key = "canary-mac"
  custom_response_headers { "default" = { "X-A" = ["canary-header"] } }
}
seal "transit" { token = "canary-seal" disabled = true }
audit "file" "a" { options { file_path = "/canary/audit" prefix = "canary-prefix" } }
telemetry { circonus_api_token = "canary-telemetry" }
"""


def test_settings_are_shown_by_name_and_no_secret_is() -> None:
    """Addresses, switches and kinds are there; no option of a store, a seal or a device is."""
    shown = shown_settings(parse_config(TEXT, "f"))
    assert (shown["api_addr"], shown["log_level"], shown["raw_storage_endpoint"]) == (
        "https://one.example:8200",
        "debug",
        True,
    )
    assert shown["storage"]["type"] == "postgresql"
    assert shown["listeners"][0]["config"]["address"] == "127.0.0.1:8200"
    assert shown["seals"] == [{"type": "transit", "name": shown["seals"][0]["name"], "disabled": True}]
    assert "canary" not in json.dumps(shown)


def test_without_a_seal_there_are_key_shares() -> None:
    """A configuration that names none has the usual one; everything shown is plain JSON."""
    shown = shown_settings(parse_config('storage "inmem" {}', "f"))
    assert shown["seals"] == [{"type": "shamir", "disabled": False}]
    assert json.loads(json.dumps(shown)) == shown
