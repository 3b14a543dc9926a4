path "auth/approle/role/+/secret-id" {
  capabilities       = ["create", "update"]
  min_wrapping_ttl   = "100s"
  max_wrapping_ttl   = "300s"
  required_parameters = ["metadata"]
  allowed_parameters = {
    "metadata" = []
    "ttl"      = ["1h", "2h"]
  }
  denied_parameters = {
    "cidr_list" = ["0.0.0.0/0", "*::/0"]
  }
}

path "pki/issue/web" {
  capabilities = ["update"]
  allowed_parameters {
    common_name = ["*.example.com"]
    "*"         = []
  }
}
