#!/bin/sh
# arrows.sh CC ROOMS - a room sees the rooms it knows and no other: including a header of
# another room does not compile. ROOMS: the build's directory of links.
set -u
cc=$1
rooms=$2
failed=0

# knows ROOM: what its include path may hold, itself first.
knows() {
    case $1 in
    base) echo base ;;
    wire) echo wire base ;;
    store) echo store base ;;
    discovery) echo discovery base ;;
    node) echo node wire store base ;;
    run) echo run node wire store discovery base ;;
    ui) echo ui node wire store base ;;
    esac
}

# One header of each room, such that the room's other headers are needed for nothing.
header_of() {
    case $1 in
    base) echo base/cursor.h ;;
    wire) echo wire/frame.h ;;
    store) echo store/record.h ;;
    discovery) echo discovery/adverts.h ;;
    node) echo node/command.h ;;
    run) echo run/data_dir.h ;;
    ui) echo ui/lines.h ;;
    esac
}

compiles() { # ROOM HEADER
    path=
    for known in $(knows "$1"); do
        path="$path -I$rooms/$known"
    done
    # shellcheck disable=SC2086
    printf '#include "%s"\nint one;\n' "$2" | "$cc" -std=gnu17 $path -fsyntax-only -x c - 2>"$log"
}

# In an empty directory: an include with quotes is looked for in the current one, too.
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
log=$here/log
cd "$here" || exit 1
for room in base wire store discovery node run ui; do
    for other in base wire store discovery node run ui; do
        allowed=no
        for known in $(knows "$room"); do
            [ "$known" = "$other" ] && allowed=yes
        done
        if compiles "$room" "$(header_of "$other")"; then compiled=yes; else compiled=no; fi
        if [ $compiled != $allowed ]; then
            echo "$room including $(header_of "$other"): compiled: $compiled, allowed: $allowed"
            cat "$log"
            failed=1
        elif [ $allowed = no ] && ! grep -q "$(header_of "$other")" "$log"; then
            echo "$room including $(header_of "$other"): failed, but for another reason"
            cat "$log"
            failed=1
        fi
    done
done
exit $failed
