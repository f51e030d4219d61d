#!/usr/bin/env bash
# Installs what `make test` needs and does not find: PostgreSQL, strace, GDAL's programs, Node and Chromium
# (for the web front), cargo-nextest and cargo-deny.
set -euo pipefail
cd "$(dirname "$0")/.."

# Another apt may be at work when a machine has just started, and a mirror may be slow.
apt() {
    local patience=(-o DPkg::Lock::Timeout=600 -o Acquire::Retries=5)
    if ((EUID == 0)); then
        env DEBIAN_FRONTEND=noninteractive apt-get "${patience[@]}" "$@"
    else
        sudo -n env DEBIAN_FRONTEND=noninteractive apt-get "${patience[@]}" "$@"
    fi
}

can_use_apt() {
    command -v apt-get >/dev/null && { ((EUID == 0)) || sudo -n true 2>/dev/null; }
}

has_postgres() {
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null
}

missing=()
has_postgres || missing+=(postgresql-15)
command -v strace >/dev/null || missing+=(strace)
command -v ogr2ogr >/dev/null || missing+=(gdal-bin)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
command -v chromium >/dev/null || missing+=(chromium)

if ((${#missing[@]} > 0)); then
    if ! can_use_apt; then
        echo "The tests need these Debian packages, and installing them takes root: ${missing[*]}" >&2
        echo "Install them (apt-get install ${missing[*]}) and run make test again." >&2
        exit 1
    fi
    apt update -q
    # Debian 13 and later carry a newer major version only.
    if [[ " ${missing[*]} " == *" postgresql-15 "* ]] && ! apt-cache show postgresql-15 >/dev/null 2>&1; then
        missing=("${missing[@]/#postgresql-15/postgresql}")
    fi
    apt install -q -y --no-install-recommends "${missing[@]}"
fi

# Pinned, so that a release of a tool cannot turn a green tree red.
cargo nextest --version >/dev/null 2>&1 || cargo install --locked cargo-nextest@0.9.143
cargo deny --version >/dev/null 2>&1 || cargo install --locked cargo-deny@0.20.2
