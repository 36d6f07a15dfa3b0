"""rows_files.py - what the package brings besides the program: each file asked by its own tool."""

import gzip
import re
import shutil

import build
import work
from work import expect, row, run

EXPOSURE = 30  # tenths; systemd-analyze calls up to 4.9 medium, under 2.1 is hardly had as a user


def shipped(pattern, at_least=1):
    found = sorted(build.contents().glob(pattern))
    if len(found) < at_least:
        raise work.Skip(f"the package has no {pattern}")
    return found


def pages():
    """The manual pages, uncompressed: (name, file)."""
    for path in shipped("usr/share/man/man*/*.gz"):
        plain = work.scratch("pages", path.name.removesuffix(".gz"))
        plain.write_bytes(gzip.decompress(path.read_bytes()))
        yield plain


@row("unit", f"systemd's own score of the user unit is at most {EXPOSURE / 10}", seconds=60)
def check_unit():
    work.need("systemd-analyze")
    unit = shipped("usr/lib/systemd/user/lanthorn.service")[0]
    ran = run(["systemd-analyze", "security", "--user", "--offline=yes", "--no-pager",
               f"--threshold={EXPOSURE}", unit], check=False, env=_session())
    score = re.search(r"Overall exposure level.*?: ([\d.]+)", ran.text)
    expect(score, ran.text)
    expect(ran.status == 0, f"exposure {score[1]}, over {EXPOSURE / 10}\n{ran.text}")
    return f"exposure {score[1]}, {_verify_units()} units verified"


def _session():
    """What systemd's tools want to know of a user's session."""
    return {"XDG_RUNTIME_DIR": str(work.scratch("session", "x").parent), "PATH": "/usr/bin:/bin",
            "HOME": "/root", "LC_ALL": "C.UTF-8"}


def _verify_units():
    """How many; systemd-analyze wants the program in its place: ours is where it was unpacked."""
    trials = []
    for unit in shipped("usr/lib/systemd/user/*.service"):
        text = unit.read_text(encoding="utf-8").replace(
            "/usr/bin/lanthorn", str(build.contents() / "usr/bin/lanthorn"))
        trials.append(work.scratch("units", unit.name))
        trials[-1].write_text(text, encoding="utf-8")
    ran = run(["systemd-analyze", "verify", "--user", "--man=no", *trials], check=False,
              env=_session())
    about_us = [line for line in ran.text.splitlines() if "lanthorn" in line]
    expect(not about_us, "\n".join(about_us))
    return len(trials)


@row("man", "man formats every page without a warning", seconds=60)
def check_man():
    work.need("man")
    count = 0
    for page in pages():
        said = run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page],
                   env={"MANROFFSEQ": "", "MANWIDTH": "80", "LC_ALL": "C.UTF-8",
                        "PATH": "/usr/bin:/bin", "HOME": "/root"}).text
        warnings = [line for line in said.splitlines() if "warning" in line or "error" in line
                    if line.startswith(("<standard input>", "troff", "man", "grotty", str(page)))]
        expect(not warnings, f"{page.name}: " + "\n".join(warnings))
        count += 1
    return f"{count} pages"


@row("mandoc", "mandoc finds nothing to complain about either", seconds=60)
def check_mandoc():
    work.need("mandoc")
    found = list(pages())
    said = run(["mandoc", "-T", "lint", "-W", "warning", *found], check=False).text
    expect(not said.strip(), said)
    return ", ".join(page.name for page in found)


@row("desktop", "desktop-file-validate", seconds=30)
def check_desktop():
    work.need("desktop-file-validate")
    files = shipped("usr/share/applications/*.desktop")
    said = run(["desktop-file-validate", *files]).text
    expect(not said.strip(), said)
    return files[0].name


@row("metainfo", "appstreamcli validate", seconds=60)
def check_metainfo():
    work.need("appstreamcli")
    files = shipped("usr/share/metainfo/*.xml")
    run(["appstreamcli", "validate", "--no-net", "--no-color", *files])
    return files[0].name


@row("apparmor", "apparmor_parser takes the profile", seconds=30)
def check_apparmor():
    work.need("apparmor_parser")
    files = [path for path in shipped("etc/apparmor.d/*") if path.is_file()]
    run(["apparmor_parser", "-QK", *files])
    return ", ".join(path.name for path in files)


SHELLS = (("bash", "usr/share/bash-completion/completions/*"),
          ("zsh", "usr/share/zsh/vendor-completions/*"),
          ("fish", "usr/share/fish/vendor_completions.d/*"))


@row("completions", "each shell reads its completions", seconds=30)
def check_completions():
    read = []
    for shell, pattern in SHELLS:
        files = shipped(pattern)
        if shutil.which(shell):
            run([shell, "-n", *files])
            read.append(shell)
    return ", ".join(read)
