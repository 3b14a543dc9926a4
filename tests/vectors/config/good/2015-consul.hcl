# First production box
backend "consul" {
  address = "127.0.0.1:8500"
  path = "vault"
  advertise_addr = "https://vault1.internal:8200"
}

listener "tcp" {
  address = "0.0.0.0:8200"
  tls_cert_file = "/etc/ssl/vault.crt"
  tls_key_file = "/etc/ssl/vault.key"
}
