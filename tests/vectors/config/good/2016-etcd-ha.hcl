/* separate stores for data and for the lock */
backend "s3" {
  bucket = "company-vault"
  access_key = "AKIAXXXX"
  secret_key = "abc/def"
  region = "eu-west-1"
}
ha_backend "etcd" {
  address = "http://etcd:2379"
  etcd_api = "v3"
}
listener "tcp" { address = "0.0.0.0:8200" tls_disable = 1 }
telemetry { statsite_address = "127.0.0.1:8125" disable_hostname = true }
