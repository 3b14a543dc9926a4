listener "tcp" {
  address = "0.0.0.0:8200"
  tls_disable = 1
  custom_response_headers {
    "default" = {
      "Strict-Transport-Security" = ["max-age=31536000","includeSubDomains"],
      "X-Custom" = "one, with a comma",
    },
    "2xx" = {
      "Content-Security-Policy" = ["default-src https://connect.example.com"],
    },
    "301" = { "X-Custom" = ["moved"] }
  }
}
storage "inmem" {}
enable_response_header_hostname = true
