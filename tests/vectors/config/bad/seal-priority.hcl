seal "awskms" {
  priority = "first"
}
