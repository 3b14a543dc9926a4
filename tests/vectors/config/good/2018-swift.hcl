storage "swift" {
  auth_url = "https://os/v1/"
  username = "admin"
  password = "x"
  container = "vault"
}
listener "tcp" { tls_disable = "1" }
