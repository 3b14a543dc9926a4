storage "mysql" {
  username = "vault"
  password = "p@ss\"word\\1"
  address  = "db:3306"
  database = "vault"
  max_parallel = 64
  tls_ca_file = "/etc/mysql/ca.pem"
}
listener "tcp" {
  address = "0.0.0.0:8200"
  tls_disable = 0
  tls_cert_file = "/c.pem"
  tls_key_file = "/k.pem"
}
