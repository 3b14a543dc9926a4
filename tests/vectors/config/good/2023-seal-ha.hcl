enable_multiseal = true
seal "awskms" {
  name     = "aws_east"
  priority = "1"
  region   = "us-east-1"
  kms_key_id = "a"
}
seal "awskms" {
  name     = "aws_west"
  priority = 2
  region   = "us-west-2"
  kms_key_id = "b"
}
storage "raft" { path = "/data" }
listener "tcp" { tls_disable = 1 }
