storage "mssql" {
  server = "localhost"
  port = 1433
  username = "sa"
  password = "Secret123!"
}
listener "tcp" { tls_disable = 1 }
