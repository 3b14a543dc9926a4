seal "pkcs11" {
  lib            = "/usr/vault/lib/libCryptoki2_64.so"
  slot           = "2305843009213693953"
  pin            = "AAAA-BBBB-CCCC-DDDD"
  key_label      = "vault-hsm-key"
  hmac_key_label = "vault-hsm-hmac-key"
  mechanism      = 0x1085
  generate_key   = "true"
}
storage "consul" { path = "vault/" }
listener "tcp" { tls_disable = 1 }
