storage "cockroachdb" {
  connection_url = "postgres://root@crdb:26257/defaultdb?sslmode=disable"
  table = "vault_kv_store"
}
listener "tcp" { tls_disable = 1 }
