"""rows_trixie.py - the next Debian: the package is built there, and two nodes talk."""

import archive
import build
import rows_install
import work
from work import row

NEXT = "trixie"


@work.once
def built_there():
    """The package, made in a system of that suite by the tree's own scripts."""
    if archive.suite() == NEXT:
        raise work.Skip(f"this is {NEXT}: all the other rows are about it")
    try:
        base = archive.base(NEXT)
    except work.Failed as failure:
        raise work.Skip(f"no {NEXT} from {archive.mirror()}: {str(failure).splitlines()[-1]}") \
            from None
    folder = archive.copy(base, f"{NEXT}-build")
    archive.update(folder)
    tree = build.copy(folder / "srv/tree")
    archive.inside(folder, ["/srv/tree/packaging/build-deb"], timeout=1200)
    return build.gather(tree / "dist")


@row("trixie-build", "Debian 13: the package is built", seconds=1500)
def check_trixie_build():
    deb = built_there().deb
    return f"{deb.name}, {deb.stat().st_size // 1024} KiB"


@row("trixie-talk", "Debian 13: it installs and two nodes talk", seconds=600)
def check_trixie_talk():
    folder = rows_install.plain(NEXT, built_there().deb)
    return rows_install.play("talk", archive.copy(folder, f"{NEXT}-talk"))
