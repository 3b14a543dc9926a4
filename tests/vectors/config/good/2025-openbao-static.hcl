seal "static" {
  current_key_id = "20260101-1"
  current_key    = "file:///etc/openbao/unseal.key"
  previous_key_id = "20250101-1"
  previous_key    = "env://OLD_KEY"
}
storage "raft" {
  path    = "/openbao/file"
  node_id = "bao-0"
}
listener "tcp" {
  address = "127.0.0.1:8200"
  tls_disable = true
  disable_unauthed_rekey_endpoints = true
  disable_unauthed_generate_root_endpoints = false
  max_request_json_memory = "64MiB"
  max_request_json_strings = 1000
}
