#!/usr/bin/env bash
# Makes or updates the virtual environment VENV: `runtime` installs what the toolchain needs and the package itself
# (editable), `development` what its tests need. Quiet unless something is wrong.
set -euo pipefail

venv=$1
part=$2
export PIP_DISABLE_PIP_VERSION_CHECK=1

fail() {
    printf 'set-up: %s\n' "$@" >&2
    exit 3
}

find_python() {
    local name
    for name in "${PYTHON:-}" python3.11 python3.12 python3.13 python3 python; do
        if [ -n "$name" ] && command -v "$name" >/dev/null &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    fail "no Python 3.11 or newer on PATH (Debian: apt-get install python3 python3-venv); name one with PYTHON=..."
}

install() {
    local log
    log=$(mktemp)
    if ! "$venv/bin/python" -m pip install --quiet "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        fail "pip could not install: $*"
    fi
    rm -f "$log"
}

make_venv() {
    local python
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "$python has no venv module (Debian: apt-get install python3-venv)"
    printf 'set-up: virtual environment %s (%s)\n' "$venv" "$("$python" --version)"
    "$python" -m venv "$venv"
}

case $part in
runtime)
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 || make_venv
    printf 'set-up: pinned packages of requirements.txt\n'
    install --no-deps -r requirements.txt
    install --no-deps --no-build-isolation -e .
    ;;
development)
    printf 'set-up: pinned packages of requirements-dev.txt\n'
    install -r requirements-dev.txt
    ;;
*)
    fail "unknown part $part"
    ;;
esac
