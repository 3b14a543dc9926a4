# /etc/strongroom/strongroom.hcl
# Where everything is kept. One machine: sqlite. Several: postgresql.
storage "sqlite" {
  path = "/var/lib/strongroom"
}

listener "tcp" {
  address       = "0.0.0.0:8200"
  tls_cert_file = "/etc/strongroom/tls.crt"
  tls_key_file  = "/etc/strongroom/tls.key"
}

# What clients reach this node by; shown by sys/leader.
api_addr = "https://strongroom.example.com:8200"

# Where audit devices may be made, by whoever may make them: nowhere else on this machine.
audit_directories = ["/var/log/strongroom"]

# Where their entries may be sent: networks, "host:port", paths of sockets.  This machine's syslog is always allowed.
audit_addresses = []
