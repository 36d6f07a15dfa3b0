"""archive.py - small Debian systems in folders, made from the archive this machine installs from.

Whatever mirror and proxy the machine's apt uses, the systems use too.
"""

import os
import re
import subprocess

import work

_NETWORK = re.compile(r"Acquire::(https?|ftp|Retries|Check-|ForceIPv)")
_NO_DAEMONS = "#!/bin/sh\nexit 101\n"  # Debian's word for: none is started by its package


def suite():
    """The codename of the system we run on: what is built here is for that."""
    return _os_release()["VERSION_CODENAME"]


def _os_release():
    with open("/etc/os-release", encoding="utf-8") as lines:
        pairs = (line.rstrip("\n").split("=", 1) for line in lines if "=" in line)
        return {name: value.strip('"') for name, value in pairs}


@work.once
def _sources():
    """(label, release, uri) of Debian's own lines among apt's sources."""
    text = work.run(["apt-get", "indextargets", "--format",
                     "$(ORIGIN)|$(LABEL)|$(RELEASE)|$(REPO_URI)|$(COMPONENT)",
                     "Created-By: Packages"]).text
    lines = [line.split("|") for line in text.splitlines() if line.count("|") == 4]  # no warnings
    found = sorted({(label, release, uri) for origin, label, release, uri, component in lines
                    if origin == "Debian" and component == "main"})
    work.expect(found, "no Debian archive is known to apt: run apt-get update, look at its sources")
    return found


def lines_for(name):
    """sources.list of suite name, from the places our own sources have."""
    if name == suite():
        return [f"deb {uri} {release} main" for _, release, uri in _sources()]
    places = {label: uri for label, _, uri in _sources()}
    wanted = {"Debian": name, "Debian-Security": f"{name}-security"}
    return [f"deb {places[label]} {release} main" for label, release in wanted.items()
            if label in places]


def mirror():
    return next(uri for label, _, uri in _sources() if label == "Debian")


@work.once
def _apt_options():
    """A file with what our apt knows of proxies and the like."""
    text = work.run(["apt-config", "dump", "--format", '%F "%v";%n', "Acquire"]).text
    kept = [line for line in text.splitlines()
            if _NETWORK.match(line) and not line.endswith('"";') and "Auto-Detect" not in line]
    path = work.scratch("apt.conf")
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return path


@work.once
def base(name):
    """A folder with the smallest system that has apt."""
    work.need("mmdebstrap")
    folder = work.scratch("base", name)
    work.run(["env", "-u", "TMPDIR", "mmdebstrap", "--mode=root", "--variant=minbase",
              f"--aptopt={_apt_options()}", name, folder, *lines_for(name)], timeout=600)
    (folder / "usr/sbin/policy-rc.d").write_text(_NO_DAEMONS, encoding="ascii")
    (folder / "usr/sbin/policy-rc.d").chmod(0o755)
    return folder


_layers = {}  # of a copy: its own folder of changes, then those of what it was copied from


def copy(folder, name):
    """Another folder with the same system, which stays as it is from now on. Where the kernel
    can, what changes in the copy lies beside it, over the layers of the first."""
    target, changes, aside = (work.scratch("systems", name, part)
                              for part in ("root", "changes", "aside"))
    for path in (target, changes, aside):
        path.mkdir()
    layers = [changes, *_layers.get(folder, [folder])]
    lower = ":".join(map(str, layers[1:]))
    if work.run(["mount", "-t", "overlay", "-o", f"lowerdir={lower},upperdir={changes},"
                 f"workdir={aside}", "overlay", target], check=False).status == 0:
        _layers[target] = layers
    else:
        work.run(["cp", "-a", f"{folder}/.", target])
    return target


def tarball(folder):
    """The system as piuparts wants it."""
    path = work.scratch(f"{folder.name}.tar.gz")
    work.run(["tar", "-C", folder, "--one-file-system", "--exclude=./usr/sbin/policy-rc.d",
              "-czf", path, "."])
    return path


# What is done in a system with our own network, and with no namespaces: installing

_MOUNTS = r"""
set -e
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
exec "$@"
"""


def inside(folder, command, timeout=600, check=True):
    """Runs command in the system. No daemon is started by what it installs."""
    return around(folder, ["chroot", folder, *command], timeout, check)


def around(folder, command, timeout=600, check=True):
    """Runs command here, with /proc and /dev mounted in the system while it runs."""
    environment = {name: value for name, value in os.environ.items() if name.endswith("_proxy")}
    environment.update(PATH="/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL="C.UTF-8", HOME="/root",
                       DEBIAN_FRONTEND="noninteractive")
    return work.run(["unshare", "--mount", "sh", "-c", _MOUNTS, folder, *command],
                    timeout, check, env=environment)


def update(folder):
    """apt-get update in the system."""
    for name in ("resolv.conf", "hosts"):  # the archive is found as it is here
        if os.path.exists(f"/etc/{name}"):
            subprocess.run(["cp", f"/etc/{name}", folder / "etc" / name], check=True)
    inside(folder, ["apt-get", "-q", "update"])


def install(folder, *packages, options=()):
    """apt install in the system; a package file is first carried into its /root."""
    update(folder)
    words = []
    for package in packages:
        if str(package).endswith(".deb"):
            subprocess.run(["cp", package, folder / "root"], check=True)
            package = f"/root/{os.path.basename(package)}"
        words.append(package)
    return inside(folder, ["apt-get", "-q", "-y", *options, "install", *words])
