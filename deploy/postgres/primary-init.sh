#!/bin/sh
# Run once, when the primary's data directory is new: the replica may copy and follow. For the postgres image
# (/docker-entrypoint-initdb.d), with its variables.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set password="$VAYRO_REPLICATION_PASSWORD" <<'SQL'
CREATE ROLE vayro_replication REPLICATION LOGIN PASSWORD :'password';
-- What the replica has not fetched yet is kept for it, up to max_slot_wal_keep_size.
SELECT pg_create_physical_replication_slot('vayro_replica');
SQL
echo "host replication vayro_replication all scram-sha-256" >>"$PGDATA/pg_hba.conf"
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --command "SELECT pg_reload_conf()"
