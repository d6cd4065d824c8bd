#!/usr/bin/env bash
# Make sure that the servers and tools that tests and benchmarks start are there: by apt when root, else say what is missing.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/usr/local/sbin"

missing=()
need() { # need PACKAGE PROGRAM
  command -v "$2" >/dev/null || missing+=("$1")
}
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need postgresql initdb
need redis-server redis-server
need nginx-light nginx
need pgbouncer pgbouncer
need wrk wrk
need util-linux setpriv
need prometheus promtool
need systemd systemd-analyze
need gettext-base envsubst
need gcc cc
need chromium chromium
need curl curl

if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "The tests need packages that are missing here: ${missing[*]}" >&2
  echo "On Debian or Ubuntu: sudo apt-get install ${missing[*]}" >&2
  exit 1
fi
echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
