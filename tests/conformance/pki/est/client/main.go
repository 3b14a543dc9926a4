// Asks an EST server with the client of globalsign/est, which shares no code with the server.
//
// To build it: clone github.com/globalsign/est, then here: go mod init estclient; go mod edit -replace
// github.com/globalsign/est=CLONE -require github.com/globalsign/est@v0.0.0; go mod tidy; go build -o est-client .
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"

	"github.com/globalsign/est"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func block(path string) []byte {
	text, err := os.ReadFile(path)
	must(err)
	found, _ := pem.Decode(text)
	return found.Bytes
}

// client SERVER LABEL TRUSTED OPERATION CSR [CERTIFICATE KEY]; user and password come from the environment.
func main() {
	trusted, err := x509.ParseCertificate(block(os.Args[3]))
	must(err)
	pool := x509.NewCertPool()
	pool.AddCert(trusted)
	client := est.Client{Host: os.Args[1], AdditionalPathSegment: os.Args[2], ExplicitAnchor: pool}
	client.Username, client.Password = os.Getenv("EST_USER"), os.Getenv("EST_PASSWORD")
	if len(os.Args) > 6 {
		pair, err := tls.LoadX509KeyPair(os.Args[6], os.Args[7])
		must(err)
		leaf, err := x509.ParseCertificate(pair.Certificate[0])
		must(err)
		client.Certificates, client.PrivateKey = []*x509.Certificate{leaf}, pair.PrivateKey
	}
	ctx := context.Background()
	var found []*x509.Certificate
	switch os.Args[4] {
	case "cacerts":
		found, err = client.CACerts(ctx)
		must(err)
	case "csrattrs":
		attributes, err := client.CSRAttrs(ctx)
		must(err)
		fmt.Println(len(attributes.OIDs), len(attributes.Attributes))
	default:
		csr, err := x509.ParseCertificateRequest(block(os.Args[5]))
		must(err)
		switch os.Args[4] {
		case "simpleenroll":
			one, err := client.Enroll(ctx, csr)
			must(err)
			found = append(found, one)
		case "simplereenroll":
			one, err := client.Reenroll(ctx, csr)
			must(err)
			found = append(found, one)
		case "serverkeygen":
			one, key, err := client.ServerKeyGen(ctx, csr)
			must(err)
			found = append(found, one)
			must(pem.Encode(os.Stdout, &pem.Block{Type: "PRIVATE KEY", Bytes: key}))
		}
	}
	for _, each := range found {
		must(pem.Encode(os.Stdout, &pem.Block{Type: "CERTIFICATE", Bytes: each.Raw}))
	}
}
