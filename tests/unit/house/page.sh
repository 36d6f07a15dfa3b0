#!/bin/sh
# page.sh PAGE - the manual page is clean for mandoc and for man, is found by its name, and fits
# into a terminal of 80 columns. Ends with 77 where one of the two programs is missing.
set -u
page=$1
export LC_ALL=C.UTF-8 MANWIDTH=80
for program in mandoc man lexgrog; do
    if ! command -v $program >/dev/null; then
        echo "$program is not here (Debian: mandoc, man-db)"
        exit 77
    fi
done

failed=0
complain() {
    echo "$(basename "$page"): $1"
    failed=1
}

found=$(mandoc -T lint -W warning "$page") || complain "mandoc warns: $found"
found=$(man --warnings -l "$page" 2>&1 >/dev/null) || complain "man cannot show it"
[ -z "$found" ] || complain "man warns: $found"
lexgrog "$page" >/dev/null || complain "its NAME section is not understood"
[ "$(man -l "$page" 2>/dev/null | wc -l)" -gt 20 ] || complain "there is nothing to read"
for show in "man -l" "mandoc -T utf8 -O width=78"; do
    widest=$($show "$page" 2>/dev/null | col -bx | wc -L)
    [ "$widest" -le 80 ] || complain "$show shows a line of $widest columns"
done
exit $failed
