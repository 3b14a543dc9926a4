storage "manta" {
  directory   = "manta-directory"
  user        = "myuser"
  key_id      = "40:9d:d3"
}
listener "tcp" { tls_disable = 1 }
