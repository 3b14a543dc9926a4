# error at line 5
path "a" {
  capabilities = ["read"]

