seal "kmip" {
  endpoint = "kmip.example.com:5696"
  client_key = "/etc/kmip.key"
  client_cert = "/etc/kmip.crt"
  kms_key_id = "k"
  tls12_ciphers = ["TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_X"]
}
storage "inmem" {}
listener "tcp" { tls_disable = 1 }
