# error at line 3
path "a" {
  capabilities = [read, list]
}
