seal "shamir" {}
storage "aerospike" {
  hostname = "localhost"
  port = "3000"
  namespace = "test"
  set = "vault"
}
listener "tcp" { tls_disable = 1 }
