# /etc/strongroom/agent.hcl
vault {
  address = "http://127.0.0.1:8200" # in earnest https://…:8200, and ca_cert for an authority of your own
}

auto_auth {
  method "approle" {
    config = {
      role_id_file_path                = "/etc/strongroom/role-id"
      secret_id_file_path              = "/etc/strongroom/secret-id"
      secret_id_response_wrapping_path = "auth/approle/role/shop/secret-id"
    }
  }

  # In memory. A restart goes on with this token: the secret id is used up by then.
  sink "file" {
    config = {
      path = "/run/strongroom-agent/token"
      mode = 0600
    }
  }
}

template {
  source               = "/etc/strongroom/shop.conf.tmpl"
  destination          = "/etc/shop/shop.conf"
  user                 = "shop"
  group                = "shop"
  perms                = "0400"
  refresh              = "1m"
  error_on_missing_key = true
  exec {
    command = ["systemctl", "try-reload-or-restart", "shop"]
  }
}
