storage "raft" {
  path    = "/opt/vault/data"
  node_id = "i-0abcdef"
  performance_multiplier = 1
  retry_join {
    auto_join        = "provider=aws region=us-east-1 tag_key=vault tag_value=prod"
    auto_join_scheme = "https"
    leader_tls_servername = "vault.prod"
  }
}
seal "awskms" {
  region     = "us-east-1"
  kms_key_id = "alias/vault"
}
listener "tcp" {
  address       = "0.0.0.0:8200"
  tls_cert_file = "/opt/vault/tls/cert.pem"
  tls_key_file  = "/opt/vault/tls/key.pem"
}
api_addr     = "https://10.0.1.4:8200"
cluster_addr = "https://10.0.1.4:8201"
log_level    = "Info"
pid_file     = "/run/vault/vault.pid"
