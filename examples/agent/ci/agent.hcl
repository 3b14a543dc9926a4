# Beside the job's script. The CI system gives the job a token that says which project and branch it is for.
vault {
  address = "http://127.0.0.1:8200" # in earnest https://…:8200
}

auto_auth {
  method "jwt" {
    # There is nobody to wait for: a job that may not log in fails.
    exit_on_err = true
    config = {
      path = "id-token" # removed when it was used
      role = "deploy"
    }
  }
}

template_config {
  exit_on_retry_failure = true
}

env_template "DEPLOY_KEY" {
  contents             = "{{ with secret \"secret/data/deploy\" }}{{ .Data.data.key }}{{ end }}"
  error_on_missing_key = true
}

exec {
  command                   = ["./deploy.sh"]
  restart_on_secret_changes = "never"
}
