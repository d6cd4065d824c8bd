#!/bin/sh
# Fill in the names of deploy/pgbouncer/pgbouncer.ini, write the one user that it lets in, and become PgBouncer.
set -eu
folder="${VAYRO_PGBOUNCER_FOLDER:-/run/pgbouncer}"
umask 077
mkdir -p "$folder"
export VAYRO_PGBOUNCER_AUTH_FILE="$folder/users.txt"
# The password in the clear: PgBouncer needs it so to answer PostgreSQL's SCRAM challenge.
printf '"%s" "%s"\n' "$VAYRO_POSTGRES_USER" "$(printf %s "$VAYRO_POSTGRES_PASSWORD" | sed 's/"/""/g')" \
  >"$VAYRO_PGBOUNCER_AUTH_FILE"
envsubst <"${VAYRO_PGBOUNCER_TEMPLATE:-/etc/pgbouncer/vayro.ini.template}" >"$folder/pgbouncer.ini"
exec "$(command -v pgbouncer || echo /usr/sbin/pgbouncer)" "$folder/pgbouncer.ini"
