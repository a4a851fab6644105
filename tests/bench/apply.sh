#!/bin/sh
# Deploys the benchmark's workload (deploy.star) to the hosts of a benchmark harness, which says by BENCH_… variables
# where they are: BENCH_HOSTS (a file, a host a line), BENCH_ROOT (the folder of a host's files is BENCH_ROOT/HOST/w),
# BENCH_FILES (where sources are; default BENCH_BENCH/files), and how to log in. More arguments are passed on.
#
#   WINDLASS=target/release/windlass tests/bench/apply.sh [--no-wait …]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exec "${WINDLASS:-windlass}" apply "$(paste -sd, "$BENCH_HOSTS")" "$here/deploy.star" \
    --yes --parallel "$BENCH_PARALLEL" \
    --data "bench_root=$BENCH_ROOT" --data "bench_files=${BENCH_FILES:-$BENCH_BENCH/files}" \
    --data "ssh_port=$BENCH_PORT" --data "ssh_user=$BENCH_USER" --data "ssh_key=$BENCH_KEY" \
    --data "ssh_known_hosts_file=$BENCH_KNOWN_HOSTS" --data ssh_config_file=/dev/null "$@"
