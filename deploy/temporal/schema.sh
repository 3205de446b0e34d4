#!/bin/sh
# Brings Temporal's two databases to the schema of this image's version; again changes nothing. Where PostgreSQL is and as
# whom to sign in stands in SQL_HOST, SQL_PORT, SQL_USER and SQL_PLUGIN, as temporal-sql-tool reads them.
set -eu
. "$(dirname "$0")/password.sh"
SQL_PASSWORD="$password"
export SQL_PASSWORD

bring_up_to_date() {
  temporal-sql-tool --db "$1" create
  temporal-sql-tool --db "$1" setup-schema -v 0.0
  temporal-sql-tool --db "$1" update-schema -d "$2"
}

schema=/etc/temporal/schema/postgresql/v12
bring_up_to_date temporal "$schema/temporal/versioned"
bring_up_to_date temporal_visibility "$schema/visibility/versioned"
