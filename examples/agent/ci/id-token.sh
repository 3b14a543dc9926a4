#!/bin/sh
# Stands in for a CI system: prints a token for a branch, signed with a key. Needs openssl.
#
#   ./id-token.sh KEY BRANCH
set -eu
b64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
now=$(date +%s)
claims='{"iss":"https://gitlab.example.com","aud":"https://strongroom.example.com","sub":"job-1"'
claims="$claims,\"project_path\":\"group/shop\",\"ref\":\"$2\",\"ref_protected\":\"true\",\"iat\":$now,\"exp\":$((now + 300))}"
text="$(printf '{"alg":"RS256"}' | b64).$(printf %s "$claims" | b64)"
printf '%s.%s' "$text" "$(printf %s "$text" | openssl dgst -sha256 -sign "$1" | b64)"
