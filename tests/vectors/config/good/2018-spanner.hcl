storage "spanner" {
  database   = "projects/p/instances/i/databases/vault"
  ha_enabled = "true"
}
listener "unix" {
  address = "/run/vault.sock"
  socket_mode = "0660"
  socket_user = "vault"
  socket_group = "1000"
}
