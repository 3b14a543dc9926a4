storage "foundationdb" {
  api_version  = 520
  cluster_file = "/etc/fdb.cluster"
  path         = "vault-top-level-directory"
}
listener "tcp" { tls_disable = 1 }
