# Administrators run everything but the raw store.
path "auth/*"
{
  capabilities = ["create", "read", "update", "patch", "delete", "list", "sudo"]
}

# Create, update, and delete auth methods
path "sys/auth/*"
{
  capabilities = ["create", "update", "delete", "sudo"]
}

path "sys/policies/acl/*" { capabilities = ["create","read","update","delete","list","sudo"] }
path "sys/policies/acl" { capabilities = ["list"] }
path "sys/mounts*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }
path "sys/health" { capabilities = ["read", "sudo"] }
path "sys/raw*" { capabilities = ["deny"] }
