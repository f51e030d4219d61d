#!/usr/bin/env bash
# Starts a throwaway PostgreSQL cluster with PostGIS for the benches, and deletes it afterwards.
#
#   benches/anchors/cluster.sh                      prints the cluster's URL and holds it until standard input ends
#   benches/anchors/cluster.sh COMMAND [ARGUMENT..] runs a command that finds the URL in SCALE_POSTGIS
#
# Where PostGIS is missing it is installed from Debian's packages, which takes root. The settings are those that a
# careful user of PostGIS would make for this machine: much shared memory, no JIT (it costs more than it saves on
# these queries), one process per query, so that CPU time is compared with CPU time. Nothing is kept when power
# fails: both sides load faster for it, and neither is asked to write while it is measured.
set -euo pipefail

settings=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0
    -c max_wal_size=8GB -c checkpoint_timeout=1h -c shared_buffers=2GB -c effective_cache_size=6GB -c work_mem=256MB
    -c maintenance_work_mem=1GB -c random_page_cost=1.1 -c jit=off -c max_parallel_workers_per_gather=0
    -c max_connections=60 -c autovacuum=off)

as_root() {
    if ((EUID == 0)); then
        "$@"
    else
        sudo -n "$@"
    fi
}

# Whatever version has both the server and PostGIS; the oldest supported one is installed where there is none.
find_programs() {
    local version
    for version in 15 16 17 18; do
        if [[ -x /usr/lib/postgresql/$version/bin/initdb && -f /usr/share/postgresql/$version/extension/postgis.control ]]; then
            echo "/usr/lib/postgresql/$version/bin"
            return
        fi
    done
    return 1
}

install_postgis() {
    local version=15
    apt-cache show "postgresql-$version-postgis-3" >/dev/null 2>&1 || as_root apt-get update -q
    # Debian 13 and later carry a newer major version only.
    for version in 15 16 17 18; do
        if apt-cache show "postgresql-$version-postgis-3" >/dev/null 2>&1; then
            as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
                "postgresql-$version" "postgresql-$version-postgis-3"
            return
        fi
    done
    echo "$0: no package of PostGIS is known to apt" >&2
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

# A port that is free now may be taken a moment later, so a failed start tries another one.
start() {
    local attempt
    for attempt in 1 2 3 4 5 6 7 8; do
        port=$((20000 + RANDOM % 12000))
        if as_owner "$programs/pg_ctl" start --silent --wait --timeout=60 --pgdata="$home/data" --log="$home/log" \
            --options="-p $port -k $home -c listen_addresses=127.0.0.1 ${settings[*]}" >/dev/null 2>&1; then
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
        as_owner "$programs/pg_ctl" stop --silent --wait --mode=immediate --pgdata="$home/data" || true
    fi
    rm -rf "$home"
    exit "$code"
}

programs=$(find_programs) || {
    install_postgis >&2
    programs=$(find_programs)
}
home=$(mktemp -d)
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
if ((EUID == 0)); then
    chown postgres "$home"
fi
as_owner "$programs/initdb" --pgdata="$home/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C \
    --no-sync >/dev/null
start

export SCALE_POSTGIS="postgres://postgres@127.0.0.1:$port/postgres"
if (($# > 0)); then
    "$@"
else
    echo "$SCALE_POSTGIS"
    cat >/dev/null
fi
