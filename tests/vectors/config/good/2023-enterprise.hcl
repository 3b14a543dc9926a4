license_path = "/etc/vault.d/vault.hclic"
disable_performance_standby = true
disable_sealwrap = true
reporting {
  license { enabled = false }
}
replication {
  resolver_discover_servers = true
}
sentinel {
  additional_enabled_modules = []
}
entropy "seal" { mode = "augmentation" }
storage "raft" { path = "/data" node_id = "n1" }
listener "tcp" { address = "0.0.0.0:8200" tls_disable = 1 chroot_namespace = "admin/" }
