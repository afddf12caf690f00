#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: tests/support/deps.sh [build|all]
#
# Installs the Debian packages that building (build) or testing as well (all)
# need, or prints the apt line when it may not. Runs in a moment when nothing
# is missing.
set -eu

packages="gcc make pkg-config libc6-dev libssl-dev libjansson-dev libsqlite3-dev libuv1-dev
libyaml-dev libcsv-dev libzip-dev zlib1g-dev tzdata ca-certificates openssl python3 curl"
tests="clang libcmocka-dev libjwt-dev python3-pytest python3-cryptography python3-yaml
python3-jsonschema clang-format clang-tidy cppcheck strace git mandoc procps"

VERSION_ID=""
[ ! -r /etc/os-release ] || . /etc/os-release
case "$VERSION_ID" in
12)
    packages="$packages node-llhttp"
    tests="$tests libclang-rt-14-dev"
    ;;
*)
    packages="$packages libllhttp-dev"
    tests="$tests libclang-rt-dev"
    ;;
esac
[ "${1:-all}" = build ] || packages="$packages $tests"

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Hallpass is built on Debian 12 and 13; elsewhere install what answers to these and" >&2
    echo "run make programs:" $packages >&2
    exit 1
fi

missing=""
for p in $packages; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

# With a terminal sudo may ask for a password; without one it must not need any.
may_sudo() {
    command -v sudo >/dev/null 2>&1 || return 1
    sudo -n true 2>/dev/null || { [ -t 0 ] && [ -t 2 ] && sudo -v; }
}

line="apt-get install -y --no-install-recommends$missing"
root=""
if [ "$(id -u)" != 0 ]; then
    if ! may_sudo; then
        echo "Hallpass needs packages that are not installed. As root, run:" >&2
        echo "    apt-get update && $line" >&2
        exit 1
    fi
    root="sudo"
fi
apt="$root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120"
echo "  APT    $missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086
if ! { $apt update && $apt ${line#apt-get }; } >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    echo "Hallpass: apt could not install what is missing; the line was:" >&2
    echo "    apt-get update && $line" >&2
    exit 1
fi
