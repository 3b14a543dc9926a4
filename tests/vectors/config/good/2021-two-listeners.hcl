listener "tcp" {
  address       = "10.0.0.5:8200"
  tls_cert_file = "/c.pem"
  tls_key_file  = "/k.pem"
  http_idle_timeout = "5m"
  http_read_header_timeout = 10
  http_read_timeout = "30s"
  http_write_timeout = "1m30s"
  max_request_size = 1048576
  max_request_duration = "2m"
}
listener "tcp" {
  address     = "127.0.0.1:8202"
  tls_disable = true
  proxy_protocol_behavior = "use_always"
}
storage "postgresql" {
  connection_url = "postgres://vault:secret@db:5432/vault?sslmode=verify-full"
  ha_enabled = "true"
  max_parallel = "128"
}
