#!/bin/sh
# Build kube-apiserver from its published Go modules, for the tests that ask a real one.
#
#   tests/sim/kubernetes/build_api_server.sh [VERSION]
#
# The binary goes to ${XDG_CACHE_HOME:-~/.cache}/strongroom-tests/kube-apiserver.  It needs Go, some 3 GiB of disk and
# a quarter of an hour on two cores; the tests need etcd beside it (Debian: etcd-server).
#
# `go install k8s.io/kubernetes/cmd/kube-apiserver@…` refuses, because that module replaces its parts by folders.  Here
# a module of our own replaces them by their published versions.
set -eu

version=${1:-1.34.4}
parts=0.${version#1.}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/strongroom-tests
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$cache"
cd "$work"

cat > main.go <<'GO'
package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}
GO
go mod init strongroom-tests/kube-apiserver
module=$(go mod download -json "k8s.io/kubernetes@v$version" | sed -n 's/.*"GoMod": "\(.*\)",*/\1/p')
go mod edit -require "k8s.io/kubernetes@v$version"
for part in $(sed -n 's|^\t\(k8s.io/[a-z-]*\) v0\.0\.0\( //.*\)*$|\1|p' "$module"); do
    go mod edit -replace "$part=$part@v$parts"
done
go mod tidy
CGO_ENABLED=0 nice -n 10 go build -trimpath -ldflags="-s -w -X k8s.io/component-base/version.gitVersion=v$version" -o "$cache/kube-apiserver" .
echo "$cache/kube-apiserver"
