#!/bin/sh
# The image runs this in place of its entrypoint, which it ends in.
set -eu
. "$(dirname "$0")/password.sh"
POSTGRES_PWD="$password"
export POSTGRES_PWD
exec /etc/temporal/entrypoint.sh
