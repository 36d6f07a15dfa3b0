#!/bin/sh
# with.sh TOOL ARGUMENTS... - TOOL's verdict on a file of packaging/; a word of complaint is a
# failure, too. Exit status 77: TOOL is not there.
PATH=$PATH:/usr/sbin:/sbin
if ! command -v "$1" >/dev/null; then
    echo "$1 is not installed"
    exit 77
fi
if ! said=$("$@" 2>&1); then
    echo "$said"
    exit 1
fi
echo "$said"
! echo "$said" | grep -qiE 'error|warning|hint'
