listener "tcp" {
  custom_response_headers {
    "ok" = { "a" = "b" }
  }
}
