api_addr = "https://vault.example.com"
cluster_addr = "https://10.1.0.2:8201"

seal "gcpckms" {
  project     = "acme-prod"
  region      = "global"
  key_ring    = "vault"
  crypto_key  = "unseal"
  credentials = "/etc/vault/gcp.json"
}

storage "gcs" {
  bucket     = "acme-vault"
  ha_enabled = "true"
}

listener "tcp" {
  address = "0.0.0.0:8200"
  tls_cert_file = "/etc/vault/tls/vault.crt"
  tls_key_file  = "/etc/vault/tls/vault.key"
  x_forwarded_for_authorized_addrs = "10.0.0.0/8, 35.191.0.0/16"
  x_forwarded_for_hop_skips = "1"
  x_forwarded_for_reject_not_present = "false"
}

ui = true
