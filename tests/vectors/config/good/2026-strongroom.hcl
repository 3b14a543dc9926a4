# One machine, every processor.
workers = 4
plugins = ["acme-ldap", "acme-vsphere"]

storage "sqlite" {
  path = "/var/lib/strongroom"
}

listener "tcp" {
  address       = "0.0.0.0:8200"
  tls_cert_file = "/etc/strongroom/tls/cert.pem"
  tls_key_file  = "/etc/strongroom/tls/key.pem"
}

listener "unix" {
  address = "/run/strongroom/api.sock"
  socket_mode = "0600"
}

audit "file" "main/" {
  options { file_path = "/var/log/strongroom/audit.log" mode = "0640" }
}

telemetry {
  prometheus_retention_time = "24h"
}
