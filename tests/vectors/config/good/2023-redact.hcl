listener "tcp" {
  address = "0.0.0.0:8200"
  tls_disable = 1
  redact_addresses = "true"
  redact_cluster_name = true
  redact_version = 1
  profiling {
    unauthenticated_pprof_access = true
    unauthenticated_in_flight_request_access = "false"
  }
  inflight_requests_logging {
    unauthenticated_in_flight_requests_access = true
  }
  disable_replication_status_endpoints = true
}
storage "inmem" {}
raw_storage_endpoint = true
introspection_endpoint = true
