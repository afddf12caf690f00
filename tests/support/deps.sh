#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that building and testing need, or prints the
# apt line when it may not. Runs in a moment when nothing is missing.
set -eu

packages="gcc clang make pkg-config libssl-dev libjwt-dev libjansson-dev libsqlite3-dev
libuv1-dev libyaml-dev libcsv-dev libzip-dev zlib1g-dev libcmocka-dev tzdata ca-certificates
python3 python3-pytest python3-cryptography python3-yaml clang-format clang-tidy cppcheck
strace curl openssl git mandoc procps"

. /etc/os-release
case "${VERSION_ID:-}" in
12) packages="$packages node-llhttp libclang-rt-14-dev" ;;
*) packages="$packages libllhttp-dev libclang-rt-dev" ;;
esac

missing=""
for p in $packages; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

line="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
    root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    root="sudo"
else
    echo "Hallpass needs packages that are not installed. As root, run:" >&2
    echo "    $line" >&2
    exit 1
fi
echo "  APT    $missing"
export DEBIAN_FRONTEND=noninteractive
$root apt-get update -qq
# shellcheck disable=SC2086
$root $line -qq >/dev/null
