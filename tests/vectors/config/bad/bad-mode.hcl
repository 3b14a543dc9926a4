listener "unix" {
  address = "/s"
  socket_mode = "rw-r--r--"
}
