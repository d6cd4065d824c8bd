#!/bin/sh
# Start a streaming replica: copy the primary where there is no data yet, then follow it. Arguments go to postgres.
set -eu
export PGPASSFILE="${PGPASSFILE:-/tmp/pgpass}"
umask 077
printf '*:*:*:vayro_replication:%s\n' "$(printf %s "$VAYRO_REPLICATION_PASSWORD" | sed 's/[\\:]/\\&/g')" >"$PGPASSFILE"
primary="host=$VAYRO_POSTGRES_HOST port=${VAYRO_POSTGRES_PORT:-5432} user=vayro_replication passfile=$PGPASSFILE"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # Under another name until it is whole. PGDATA is a folder within the volume, so that it can be renamed.
  rm -rf "$PGDATA" "$PGDATA.partial"
  pg_basebackup --dbname "$primary" --pgdata "$PGDATA.partial" --slot vayro_replica --wal-method stream \
    --checkpoint fast --write-recovery-conf
  mv "$PGDATA.partial" "$PGDATA"
fi
exec postgres -D "$PGDATA" "$@"
