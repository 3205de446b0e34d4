#!/bin/sh
# Makes the secrets of docker-compose.yml, each a file with one line; those that are there stay as they are.
# The folder is for its owner alone. The files in it are readable for all, because each container reads them as a user of
# its own, whom this machine does not know; without the folder nobody else here gets at them.
set -eu
folder="${1:-$(dirname "$0")/secrets}"
umask 077
mkdir -p "$folder"
chmod 700 "$folder"
for name in postgres_password jiaoqi_db_password temporal_db_password audit_key; do
  file="$folder/$name"
  if [ ! -s "$file" ]; then
    # Hexadecimal: no shell, URL or YAML on the way finds anything in it to take for its own.
    secret="$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')"
    [ "${#secret}" -eq 64 ] || { echo "secrets.sh: /dev/urandom gave nothing" >&2; exit 1; }
    printf '%s\n' "$secret" >"$file"
    echo "made $file"
  fi
done
chmod 444 "$folder"/*
