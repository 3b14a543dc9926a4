storage "alicloudoss" {
  bucket   = "my-bucket"
  endpoint = "oss-cn-hangzhou.aliyuncs.com"
}
seal "alicloudkms" {
  region     = "us-east-1"
  access_key = "0wNEpMMlzy7szvai"
  secret_key = "PupkTg8jdmau1cXxYacgE736PJj4cA"
  kms_key_id = "08c33a6f-4e0a-4a1b-a3fa-7ddfa1d4fb73"
}
listener "tcp" { tls_disable = 1 }
