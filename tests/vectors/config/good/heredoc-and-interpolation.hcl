storage "postgresql" {
  connection_url = "${VAULT_PG_CONNECTION_URL}"
}
listener "tcp" {
  address = "{{ GetPrivateIP }}:8200"
  tls_disable = 1
}
cluster_name = <<EOT
prod
EOT
