initialize "identity" {
  request "mount-userpass" {
    operation = "update"
    path = "sys/auth/userpass"
    data = {
      type = "userpass"
    }
  }
}
plugin "secret" "aws" {
  command = "openbao-plugin-secrets-aws"
  sha256sum = "d130b9a0fbfddef9709d8ff92e5e6053ccd246b78632fc03b8548457026961e9"
}
storage "postgresql" { connection_url = "postgres://x" }
listener "tcp" { tls_disable = 1 }
