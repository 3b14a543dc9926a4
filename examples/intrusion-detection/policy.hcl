# What an intrusion detection system may do: name networks. It can neither name mounts or entities, nor read, lift or
# cancel anything, and it can't end its own token.
path "sys/revoke-issued" {
  capabilities = ["update", "sudo"]
  required_parameters = ["network", "since", "undetermined"]
  allowed_parameters = {
    "network"      = []
    "since"        = ["24h"]
    "block"        = []
    "undetermined" = ["keep"]
  }
}
