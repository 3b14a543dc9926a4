storage "cassandra" {
  hosts            = "cass1,cass2"
  consistency      = "LOCAL_QUORUM"
  protocol_version = 3
}
listener "tcp" { address = "0.0.0.0:8200", tls_disable = 1 }
