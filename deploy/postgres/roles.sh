#!/bin/sh
# The roles of the two that share this PostgreSQL, and our own database. The image runs it on an empty volume; run again it
# gives the roles the passwords that the files now have: `docker compose exec postgres /docker-entrypoint-initdb.d/roles.sh`.
set -eu

secret() {
  if [ ! -f "$1" ] || [ ! -s "$1" ]; then
    echo "roles.sh: the secret file $1 is missing or empty; \`sh deploy/secrets.sh\` makes it" >&2
    exit 1
  fi
  cat "$1"
}

jiaoqi="$(secret "$JIAOQI_DB_PASSWORD_FILE")"
temporal="$(secret "$TEMPORAL_DB_PASSWORD_FILE")"
export jiaoqi temporal

# By the environment, not by arguments: the list of processes is for everybody to see.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv jiaoqi jiaoqi
\getenv temporal temporal
SET password_encryption = 'scram-sha-256';
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SELECT 'CREATE ROLE jiaoqi LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jiaoqi') \gexec
-- Its databases are made by its own tool.
SELECT 'CREATE ROLE temporal LOGIN CREATEDB' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'temporal') \gexec
ALTER ROLE jiaoqi PASSWORD :'jiaoqi';
ALTER ROLE temporal PASSWORD :'temporal';
SELECT 'CREATE DATABASE jiaoqi OWNER jiaoqi' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'jiaoqi') \gexec
REVOKE ALL ON DATABASE jiaoqi FROM PUBLIC;
SQL
