"""rows_package.py - the package as a file: how it is built, what is in it, what tools say of it."""

import collections
import os
import re
import shutil

import archive
import build
import work
from work import expect, row, run

SIZE_KIB = 400  # aimed at


def keep(folder):
    """Copies the log, and the package if it could be built, to a folder that stays."""
    os.makedirs(folder, exist_ok=True)
    shutil.copy(work.scratch("log"), f"{folder}/check.log")
    built = work.scratch("tree", "dist")
    if built.exists():
        shutil.copytree(built, folder, dirs_exist_ok=True)


@row("build", "packaging/build-deb makes source and binary packages", seconds=900)
def check_build():
    built = build.package()
    return f"{built.deb.name} and {built.dsc.name}"


@row("reproducible", "built elsewhere, otherwise, from git: the same bytes", seconds=1200)
def check_reproducible():
    first, second = build.package(), build.package_again()
    names = [path.name for path in (first.deb, first.dsc, *first.folder.glob("*.tar.*"))]
    names += [path.name for path in first.folder.glob("*-dbgsym_*.deb")]
    for name in names:
        _expect_same(first.folder / name, second.folder / name)
    return f"{len(names)} files are the same, bit by bit"


def _expect_same(one, other):
    if one.read_bytes() == other.read_bytes():
        return
    what = run(["diffoscope", "--text", "-", one, other], check=False, timeout=600).text \
        if shutil.which("diffoscope") else ""
    raise work.Failed(f"{one.name} differs\n{what[:4000]}")


@row("lintian", "no error and no warning, of source and binary", seconds=300)
def check_lintian():
    work.need("lintian")
    built = build.package()
    text = "".join(
        run(["lintian", "--pedantic", "--display-info", "--no-tag-display-limit", "--allow-root",
             changes], check=False).text
        for changes in (built.changes, built.source_changes) if changes)
    count = collections.Counter(re.findall(r"(?m)^([EWIP]): ", text))
    bad = "\n".join(line for line in text.splitlines() if re.match("[EW]: ", line))
    expect(not bad, f"{count['E']} errors, {count['W']} warnings\n{bad}")
    return f"no errors, no warnings, {count['I']} remarks, {count['P']} pedantic ones"


def compiler_calls():
    """The lines of the build log that compile something."""
    text = build.package().log.read_text(encoding="utf-8", errors="replace")
    return [line for line in text.splitlines() if re.search(r"/cc .* -c ", line)]


@row("blhc", "every compiler call carries the hardening flags", seconds=60)
def check_blhc():
    work.need("blhc")
    text = run(["blhc", "--debian", build.package().log]).text
    expect(compiler_calls(), f"the build log shows no compiler call: {text}")
    return f"{len(compiler_calls())} compiler calls, no flag missing"


@row("hardening", "hardening-check says yes to everything", seconds=60)
def check_hardening():
    work.need("hardening-check")
    text = run(["hardening-check", build.contents() / "usr/bin/lanthorn"], check=False).text
    answers = dict(re.findall(r"(?m)^ ([A-Z].*?): (\w.*)$", text))
    if answers.get("Stack clash protection", "").startswith("unknown"):
        # It knows the loop before a frame of unknown size only, and we have no such frame.
        bare = [line for line in compiler_calls() if "-fstack-clash-protection" not in line]
        answers["Stack clash protection"] = "no" if bare else "yes"
    bad = [name for name, answer in answers.items() if not answer.startswith("yes")]
    expect(answers and not bad, f"not yes: {', '.join(bad)}\n{text}")
    return ", ".join(answers)


PLACES = (
    "usr/bin/lanthorn", "etc/apparmor.d/", "etc/ufw/applications.d/", "usr/lib/systemd/user/",
    "usr/lib/firewalld/services/", "usr/share/applications/", "usr/share/metainfo/",
    "usr/share/bash-completion/completions/", "usr/share/zsh/vendor-completions/",
    "usr/share/fish/vendor_completions.d/", "usr/share/doc/lanthorn/", "usr/share/man/",
    "usr/share/lintian/overrides/lanthorn", "usr/share/icons/", "lib/systemd/user/",
)


@row("places", "no file lies where nobody looks for it, none is set-id", seconds=60)
def check_places():
    folder = build.contents()
    files = sorted(path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    names = [str(path.relative_to(folder)) for path in files]
    odd = [name for name in names if not name.startswith(PLACES)]
    expect(not odd, f"unexpected: {', '.join(odd)}")
    wrong = [name for name, path in zip(names, files)
             if not path.is_symlink() and path.stat().st_mode & 0o7022]
    expect(not wrong, f"set-id, or writable by others: {', '.join(wrong)}")
    return f"{len(names)} files, all where they are looked for"


@row("size", f"at most {SIZE_KIB} KiB", seconds=60)
def check_size():
    deb = build.package().deb
    kib = deb.stat().st_size / 1024
    installed = run(["dpkg-deb", "-f", deb, "Installed-Size"]).text.strip()
    expect(kib <= SIZE_KIB, f"{kib:.0f} KiB, more than {SIZE_KIB}")
    return f"{kib:.0f} KiB, {installed} KiB installed"


@row("piuparts", "installs and is purged without a trace", seconds=600)
def check_piuparts():
    work.need("piuparts")
    deb = build.package().deb
    tarball = archive.tarball(archive.base(archive.suite()))
    text = run(["env", "-u", "TMPDIR", "piuparts", "--basetgz", tarball, "-d",
                archive.suite(), "--mirror", f"{archive.mirror()} main", "--tmpdir",
                work.scratch("piuparts", "x").parent, "--no-eatmydata", deb],
               timeout=560, check=False).text
    faults = re.findall(r"(?ms)(?:ERROR|FAIL|WARN): (.*?)^\S", text)
    expect("PASS: All tests." in text, "it does not pass\n" + "\n".join(faults))
    return "passes, nothing left behind"
