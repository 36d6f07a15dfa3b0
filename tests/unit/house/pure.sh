#!/bin/sh
# pure.sh NM IMPURE ARCHIVE... - no ARCHIVE asks for a socket or for libuv; IMPURE does, so that
# the question is put rightly.
set -u
nm=$1
impure=$2
shift 2
forbidden=' U (socket|connect|bind|listen|accept4?|send(to|msg)?|recv(from|msg)?|getaddrinfo|uv_[a-z0-9_]+)(@|$)'

if ! "$nm" "$impure" 2>/dev/null | grep -qE "$forbidden"; then
    echo "nothing found in $impure, where there is something"
    exit 1
fi
failed=0
for archive in "$@"; do
    symbols=$("$nm" "$archive" 2>/dev/null)
    if ! echo "$symbols" | grep -q ' T '; then
        echo "$archive: no symbols"
        failed=1
    fi
    if echo "$symbols" | grep -E "$forbidden"; then
        echo "$archive: not pure"
        failed=1
    fi
done
exit $failed
