#!/bin/sh
# border.sh ROOT - the border between rules and I/O: only files named *_uv.c and *_uv.h, and
# src/main.c, include <uv.h>, themselves or through a header that does.
set -u
cd "$1" || exit 1
sources() { find src wire store discovery -name '*.[ch]' ! -name '*_uv.[ch]' ! -path src/main.c; }

found=$(sources | xargs grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]uv(/|\.h)')
if [ -n "$found" ]; then
    echo "<uv.h> outside of *_uv.c:"
    echo "$found"
    exit 1
fi
found=$(sources | xargs grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[a-z/_0-9]*_uv\.h"')
if [ -n "$found" ]; then
    echo "a *_uv.h outside of *_uv.c:"
    echo "$found"
    exit 1
fi
# And there is something to keep apart.
[ "$(grep -rlE --include='*_uv.c' '<uv\.h>|_uv\.h"' src discovery | wc -l)" -gt 3 ]
