seal "transit" {
  address            = "https://unsealer:8200"
  token              = "s.Qf1s5zigZ4OX6akYjQXJC1jY"
  disable_renewal    = "false"
  key_name           = "transit_key_name"
  mount_path         = "transit/"
  namespace          = "ns1/"
  tls_skip_verify    = "false"
}
storage "inmem" {}
listener "tcp" { address = "127.0.0.1:8200" tls_disable = true }
