listener "tcp" {
  x_forwarded_for_authorized_addrs = ["10.0.0.0/99"]
}
