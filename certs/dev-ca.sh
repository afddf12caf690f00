#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: certs/dev-ca.sh FOLDER
#
# Makes a development CA and a server certificate for localhost, 127.0.0.1 and
# ::1, good for 30 days, in FOLDER, which must be below a build folder: keys are
# never anywhere else. What is there and has a day left stays.
#
#   ca.pem      trust this: curl --cacert FOLDER/ca.pem https://localhost:8443/
#   server.pem  server.key     tls: { certificate: ..., key: ... } of hallpass.yaml
#
# The CA's own key is deleted once it has signed, so nothing else can ever be
# issued in its name.
set -eu

[ $# -eq 1 ] || { echo "usage: certs/dev-ca.sh FOLDER" >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd -P)
case "$folder/" in
*/build/* | */build-*/*) ;;
*) echo "certs: $folder is not below a build folder" >&2; exit 1 ;;
esac

cd "$folder"
if [ -s server.key ] && openssl x509 -in server.pem -noout -checkend 86400 >/dev/null 2>&1 &&
    openssl verify -CAfile ca.pem server.pem >/dev/null 2>&1; then
    exit 0
fi

umask 077
rm -f ca.key ca.pem server.key server.pem server.csr extensions
trap 'rm -f ca.key server.csr extensions' EXIT
new_key() {
    openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null ||
        openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}
new_key ca.key
openssl req -x509 -new -key ca.key -sha256 -days 30 -out ca.pem \
    -subj "/CN=Hallpass development CA $(openssl rand -hex 4)" \
    -addext basicConstraints=critical,CA:TRUE,pathlen:0 \
    -addext keyUsage=critical,keyCertSign,cRLSign
new_key server.key
openssl req -new -key server.key -subj /CN=localhost -out server.csr
cat >extensions <<END
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
END
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -sha256 -days 30 \
    -set_serial "0x$(openssl rand -hex 16 | sed 's/^./4/')" -extfile extensions -out server.pem 2>/dev/null
chmod 644 ca.pem server.pem
openssl verify -CAfile ca.pem server.pem >/dev/null
