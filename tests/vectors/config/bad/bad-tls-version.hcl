listener "tcp" {
  tls_min_version = "ssl3"
}
