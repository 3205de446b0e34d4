# Sourced by the other scripts here: Temporal's programs take a password only as a variable; this takes it from its file.
if [ ! -f "$TEMPORAL_DB_PASSWORD_FILE" ] || [ ! -s "$TEMPORAL_DB_PASSWORD_FILE" ]; then
  echo "temporal: the secret file $TEMPORAL_DB_PASSWORD_FILE is missing or empty; \`sh deploy/secrets.sh\` makes it" >&2
  exit 1
fi
password="$(cat "$TEMPORAL_DB_PASSWORD_FILE")"
