"""main.py - packaging/check behind its dependencies: which rows, one after the other, a table."""

import argparse
import sys

import work
import rows_package  # their rows enlist themselves, in this order
import rows_files  # noqa: F401
import rows_install  # noqa: F401
import rows_network  # noqa: F401
import rows_trixie  # noqa: F401


def arguments():
    parser = argparse.ArgumentParser(prog="check", description="Proves the Debian package.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="only these rows")
    parser.add_argument("--list", action="store_true", help="say which rows there are")
    parser.add_argument("--previous", metavar="DEB", help="the package to upgrade from")
    parser.add_argument("--out", metavar="DIR", help="keep packages and the log in DIR")
    given = parser.parse_args()
    unknown = set(given.rows) - {row.name for row in work.ROWS}
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}; --list names them")
    return given


def print_table(results):
    print("\n" + "-" * 78)
    for row, verdict, text in results:
        print(f"{verdict:<8} {row.name:<14} {text}")
    count = {verdict: sum(1 for r in results if r[1] == verdict)
             for verdict in ("ok", "FAILED", "skipped")}
    print(f"{count['ok']} ok, {count['FAILED']} failed, {count['skipped']} skipped")


def main():
    given = arguments()
    if given.list:
        for row in work.ROWS:
            print(f"{row.name:<14} {row.says}")
        return 0
    work.enter()
    work.given = given
    rows = [row for row in work.ROWS if not given.rows or row.name in given.rows]
    results = work.run_rows(rows)
    print_table(results)
    if given.out:
        rows_package.keep(given.out)
    return 1 if any(verdict == "FAILED" for _, verdict, _ in results) else 0


sys.exit(main())
