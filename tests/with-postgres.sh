#!/usr/bin/env bash
# Runs a command beside a throwaway PostgreSQL cluster and deletes the cluster afterwards.
#
#   tests/with-postgres.sh [--durable] COMMAND [ARGUMENT...]
#
# The command finds the cluster in TUANTRA_TEST_POSTGRES and PostgreSQL's programs in
# TUANTRA_TEST_PG_BIN. The cluster forgets its data when power fails, which is fine for a test and
# several times faster; --durable leaves PostgreSQL's own settings (fsync on) for tests of
# durability. The exit code is the command's.
set -euo pipefail

speed=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off
    -c max_connections=500 -c shared_buffers=128MB)
initdb_speed=(--no-sync)
if [[ "${1:-}" == --durable ]]; then
    speed=()
    initdb_speed=()
    shift
fi
if (($# == 0)); then
    echo "usage: $0 [--durable] COMMAND [ARGUMENT...]" >&2
    exit 2
fi

# The oldest supported version first: what runs on 15 runs on later ones.
find_programs() {
    local folder
    for folder in "${TUANTRA_TEST_PG_BIN:-}" /usr/lib/postgresql/{15,16,17,18}/bin; do
        if [[ -n "$folder" && -x "$folder/initdb" ]]; then
            echo "$folder"
            return
        fi
    done
    if folder=$(command -v initdb); then
        dirname "$(readlink -f "$folder")"
        return
    fi
    echo "$0: PostgreSQL's server programs are not installed (Debian: apt-get install postgresql-15)" >&2
    return 1
}

# initdb and postgres refuse to run as root.
as_owner() {
    if ((EUID == 0)); then
        (cd "$home" && setpriv --reuid=postgres --regid=postgres --init-groups "$@")
    else
        (cd "$home" && "$@")
    fi
}

start_on() {
    as_owner "$programs/pg_ctl" start --silent --wait --timeout=300 \
        --pgdata="$home/data" --log="$home/log" \
        --options="-p $1 -k $home -c listen_addresses=127.0.0.1 ${speed[*]}" >/dev/null 2>&1
}

# A port that is free now may be taken a moment later, so a failed start tries another one.
start() {
    local attempt
    for attempt in 1 2 3 4 5 6 7 8; do
        port=$((20000 + RANDOM % 12000))
        if start_on "$port"; then
            return
        fi
    done
    echo "$0: PostgreSQL does not start; the end of its log:" >&2
    tail -n 20 "$home/log" >&2
    return 1
}

clean_up() {
    local code=$?
    trap - EXIT
    if [[ -f "$home/data/postmaster.pid" ]]; then
        as_owner "$programs/pg_ctl" stop --silent --wait --timeout=300 --mode=immediate --pgdata="$home/data" || true
    fi
    rm -rf "$home" || echo "$0: $home is left over" >&2
    exit "$code"
}

programs=$(find_programs)
home=$(mktemp -d)
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
if ((EUID == 0)); then
    chown postgres "$home"
fi

as_owner "$programs/initdb" --pgdata="$home/data" --username=postgres --auth=trust \
    --encoding=UTF8 --locale=C "${initdb_speed[@]}" >/dev/null
start

export TUANTRA_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
export TUANTRA_TEST_PG_BIN="$programs"
"$@"
