seal "awskms" {
  region = "a"
}
seal "awskms" {
  region = "b"
}
