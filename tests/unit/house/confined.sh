#!/bin/sh
# confined.sh UNIT LANTHORN - systemd takes every line of the user unit, and finds it confined:
# at most 3.0 of 10, where a unit without a sandbox has more than 9. Exit status 77: no systemd.
set -u
if ! command -v systemd-analyze >/dev/null; then
    echo "systemd-analyze is not installed"
    exit 77
fi
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
export XDG_RUNTIME_DIR="$here" HOME="$here"
unit=$here/lanthorn.service

exposure() {
    systemd-analyze --user security --offline=yes --no-pager --threshold=30 "$1" >"$here/log" 2>&1
}

# Every line is known: verify says nothing. It wants the program in its place.
sed "s,^ExecStart=[^ ]*,ExecStart=$2," "$1" >"$unit"
cp "${0%/*}/../../../packaging/systemd/lanthorn-directories.service" "$here"
said=$(systemd-analyze --user --man=no verify "$unit" 2>&1)
if [ -n "$said" ]; then
    echo "$said"
    exit 1
fi
if ! exposure "$unit"; then
    cat "$here/log"
    exit 1
fi
tail -n 1 "$here/log"

# And the question is put rightly: without its sandbox the unit does not pass.
printf '[Service]\nExecStart=%s --headless\n' "$2" >"$here/bare.service"
if exposure "$here/bare.service"; then
    echo "a unit without a sandbox passes"
    exit 1
fi
