service_registration "consul" {
  address = "127.0.0.1:8500"
  service_tags = "active,tls"
}
storage "raft" { path = "/d" }
listener "tcp" { tls_disable = 1 proxy_protocol_behavior = "allow_authorized" proxy_protocol_authorized_addrs = ["10.1.2.3", "fd00::/8"] }
