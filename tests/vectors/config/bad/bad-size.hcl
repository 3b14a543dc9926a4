listener "tcp" {
  max_request_size = "big"
}
