#!/bin/sh
# `serve` brings the database to the newest schema first; replicas that start together wait for each other.
# Every other verb goes to fieldreel as it is: docker run … fieldreel sweep
# To migrate in a step of its own, begin with `--entrypoint fieldreel`.
set -eu

if [ "${1:-}" = serve ]; then
    fieldreel migrate
fi
exec fieldreel "$@"
