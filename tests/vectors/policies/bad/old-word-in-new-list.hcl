# error at line 4
path "a" {
  capabilities = ["read",
    "write"]
}
