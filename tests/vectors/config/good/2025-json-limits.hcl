listener "tcp" {
  address = "0.0.0.0:8200"
  tls_disable = 1
  max_json_depth = 300
  max_json_string_value_length = 1048576
  max_json_object_entry_count = 10000
  max_json_array_element_count = "10000"
  require_request_header = true
}
storage "inmem" {}
