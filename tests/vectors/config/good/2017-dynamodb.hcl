storage "dynamodb" {
  ha_enabled     = "true"
  region         = "us-west-2"
  table          = "vault-data"
  read_capacity  = 10
  write_capacity = 15
}

listener "tcp" {
  address                            = ":8200"
  tls_cert_file                      = "/etc/vault.d/tls/fullchain.pem"
  tls_key_file                       = "/etc/vault.d/tls/privkey.pem"
  tls_min_version                    = "tls12"
  tls_cipher_suites                  = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
  tls_prefer_server_cipher_suites    = true
  tls_require_and_verify_client_cert = "false"
}

max_lease_ttl     = "8760h"
default_lease_ttl = "768h"
cluster_name      = "prod-us-west-2"
