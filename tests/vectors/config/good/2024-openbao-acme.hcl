listener "tcp" {
  address = "0.0.0.0:8200"
  tls_acme_domains = ["bao.example.com"]
  tls_acme_email = "ops@example.com"
  tls_acme_ca_directory = "https://acme-v02.api.letsencrypt.org/directory"
  tls_acme_cache_path = "/var/lib/bao/acme"
  tls_acme_disable_alpn_challenge = "true"
}
storage "postgresql" {
  connection_url = "postgres://bao@/bao?host=/run/postgresql"
}
