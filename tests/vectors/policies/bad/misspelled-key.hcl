# error at line 4
path "a" {
  # the capability list has a letter too few
  capabilites = ["read"]
}
