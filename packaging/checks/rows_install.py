"""rows_install.py - on the smallest Debian there is: installed, used, upgraded, purged."""

import hashlib
import re

import archive
import build
import work
from work import expect, row, run

SKIPPED = 77  # lab.SKIPPED
_PLAIN = ("--no-install-recommends",)


def play(scene, *arguments, timeout=300):
    """Plays a scene in a network of its own; the last line that it printed."""
    ran = run([*work.PYTHON, work.TOP / "packaging/checks/scene.py", scene, *arguments],
              timeout, check=False)
    lines = [line for line in ran.text.splitlines() if not re.match(r" *\d+\.\d\d  passed$", line)]
    if ran.status == SKIPPED:
        raise work.Skip(lines[-1])
    expect(ran.status == 0, work.tail(ran.text, 60))
    return lines[-1] if lines else "played"


@work.once
def plain(suite, deb):
    """The smallest system, with the package and what it cannot do without."""
    folder = archive.copy(archive.base(suite), f"{suite}-plain")
    archive.install(folder, deb, options=_PLAIN)
    return folder


def here():
    return plain(archive.suite(), build.package().deb)


@row("install", "apt installs it on a minimal system", seconds=600)
def check_install():
    base = _packages(archive.base(archive.suite()))
    added = [name for name in _packages(here()) if name not in base]
    return f"with {len(added) - 1} other packages: {' '.join(n for n in added if n != 'lanthorn')}"


def _packages(folder):
    return archive.inside(folder, ["dpkg-query", "-W", "-f", "${Package}\\n"]).text.split()


@row("version", "--version says what the changelog says", seconds=120)
def check_version():
    said = archive.inside(here(), ["lanthorn", "--version"]).text.strip()
    wanted = re.sub(r"-[^-]*$", "", build.version(build.package().deb))
    expect(said.split()[-1] == wanted, f"--version says '{said}', the changelog {wanted}")
    return said


@row("talk", "two nodes on one machine exchange messages", seconds=240)
def check_talk():
    return play("talk", archive.copy(here(), "talk"))


@row("find", "two minimal machines find each other by multicast DNS", seconds=240)
def check_find():
    return play("find", archive.copy(here(), "find-1"), archive.copy(here(), "find-2"))


@work.once
def upgraded():
    """A system on which people used the previous package and then upgraded; and where from."""
    deb, origin = build.previous()
    folder = archive.copy(archive.base(archive.suite()), "upgraded")
    archive.install(folder, deb, options=_PLAIN)
    notes = work.scratch("notes.json")
    play("before", folder, notes)
    archive.install(folder, build.package().deb, options=_PLAIN)
    return folder, f"{build.version(deb)} ({origin})", notes


@row("upgrade", "a store of the previous package opens in this one", seconds=900)
def check_upgrade():
    folder, origin, notes = upgraded()
    new = build.version(build.package().deb)
    installed = archive.inside(folder, ["dpkg-query", "-W", "-f", "${Version}", "lanthorn"]).text
    expect(installed == new, f"{installed} is installed after the upgrade, not {new}")
    return f"from {origin}: " + play("after", folder, notes)


@row("purge", "nothing of the package stays, everything of its people does", seconds=300)
def check_purge():
    folder = archive.copy(upgraded()[0], "purged")
    homes = _fingerprints(folder / "home")
    expect(homes, "nobody has used the program there")
    archive.inside(folder, ["apt-get", "-q", "-y", "purge", "lanthorn"])
    expect(_fingerprints(folder / "home") == homes, "purging changed people's own files")
    left = [str(path.relative_to(folder)) for place in ("etc", "usr", "var", "lib", "opt", "srv")
            for path in (folder / place).rglob("*lanthorn*")
            if not str(path.relative_to(folder)).startswith(("var/log", "var/cache"))]
    expect(not left, f"left behind: {', '.join(left)}")
    return f"{len(homes)} files of two people untouched, nothing else left"


def _fingerprints(folder):
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*") if path.is_file()}


@row("libraries", "what is loaded at the start", seconds=60)
def check_libraries():
    lines = archive.inside(here(), ["ldd", "/usr/bin/lanthorn"]).text.splitlines()
    names = [line.split()[0].split(".so")[0] for line in lines if "=>" in line]
    return f"{len(names)}: {' '.join(sorted(names))}"


@row("start", "ready within 50 ms", seconds=240)
def check_start():
    data = work.on_disk("starts", "x").parent
    return play("start", build.contents() / "usr/bin/lanthorn", data)


@row("autopkgtest", "the package's own tests, on a minimal system", seconds=900)
def check_autopkgtest():
    work.need("autopkgtest")
    built = build.package()
    folder = archive.copy(archive.base(archive.suite()), "autopkgtest")
    archive.update(folder)
    text = archive.around(folder, [
        "autopkgtest", "--no-built-binaries", "--timeout-factor=0.1", "-B", built.deb, built.dsc,
        "--", "chroot", folder], timeout=880, check=False).text
    results = re.findall(r"(?m)^(\S+) +(PASS|SKIP.*|FAIL.*|FLAKY.*)$", text.split("summary")[-1])
    expect(results and all(verdict == "PASS" for _, verdict in results), work.tail(text, 60))
    return ", ".join(name for name, _ in results)
