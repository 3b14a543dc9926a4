audit {
  file = "file"
  file_path = "/var/log/audit.log"
}
storage "inmem" {}
listener "tcp" { tls_disable = 1 }
