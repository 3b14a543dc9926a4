seal "awskms" {
  disabled = "true"
  kms_key_id = "alias/old"
}
seal "transit" {
  address = "https://u:8200"
  key_name = "k"
  mount_path = "transit/"
}
storage "raft" { path = "/data" }
listener "tcp" { tls_disable = 1 }
