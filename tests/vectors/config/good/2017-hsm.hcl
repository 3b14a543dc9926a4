hsm "pkcs11" {
  lib = "/usr/lib/hsm.so"
  slot = "0"
  pin = "1234"
  key_label = "k"
}
backend "inmem_ha" {}
listener "tcp" { tls_disable = 1 }
