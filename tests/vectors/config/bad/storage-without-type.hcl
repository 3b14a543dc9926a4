storage {
  path = "/data"
}
