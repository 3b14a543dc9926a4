audit "file" "to-stdout" {
  description = "This audit device should never fail."
  options {
    file_path = "/dev/stdout"
    log_raw   = "true"
  }
}
audit "socket" "collector" {
  local = true
  options = {
    address = "10.0.0.9:9090"
    socket_type = "tcp"
  }
}
storage "raft" { path = "/d" }
listener "tcp" { tls_disable = 1 }
