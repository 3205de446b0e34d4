#!/bin/sh
# The namespace of TEMPORAL_NAMESPACE, whose closed orders stay readable for RETENTION_DAYS; again changes nothing.
set -eu
days="${RETENTION_DAYS}d"
if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$days"
fi
# The engine hears of a new namespace some seconds late; whoever starts after this finds it there.
left=60
until temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$days"; do
  left=$((left - 1))
  [ "$left" -gt 0 ] || exit 1
  sleep 1
done
