#!/bin/sh
# Proves that the function by which tests choose an ephemeral key is in none of the FILES.
# First it must find it in TEST_PROGRAM, so that a search that finds nothing means something;
# each of FILES must show noise_write for the same reason: a stripped file shows nothing.
# Usage: no_injection.sh NM TEST_PROGRAM FILES...
nm=$1 test_program=$2
shift 2

forbidden='(noise_inject_ephemeral|randombytes_set_implementation)$'

fail() {
    echo "$1"
    exit 1
}

names() {
    "$nm" "$1" 2>/dev/null | sed 's/@.*//'
}

names "$test_program" | grep -Eq "$forbidden" ||
    fail "$test_program: the injection is not seen where it must be"
[ $# -gt 0 ] || fail "no file to look at"
for file; do
    names "$file" | grep -Eq ' T noise_write$' || fail "$file: no noise_write: nothing was looked at"
    names "$file" | grep -E "$forbidden" && fail "$file: contains what only tests may contain"
done
echo "not in: $*"
