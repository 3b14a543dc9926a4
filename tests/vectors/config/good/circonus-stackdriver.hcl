telemetry {
  circonus_api_token = "secret-token"
  circonus_check_id = "5"
  stackdriver_project_id = "p"
  stackdriver_debug_logs = true
  usage_gauge_period = "10m"
  maximum_gauge_cardinality = 500
  lease_metrics_epsilon = "1h"
  num_lease_metrics_buckets = "168"
}
storage "inmem" {}
listener "tcp" { tls_disable = 1 }
