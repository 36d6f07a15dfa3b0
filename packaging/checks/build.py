"""build.py - the packages that are checked, each built once by packaging/build-deb."""

import collections
import os
import re
import shutil
import subprocess

import work

Built = collections.namedtuple("Built", "folder deb dsc changes source_changes log")

_ODD = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C", "HOME": "/nonexistent/elsewhere",
        "DEB_BUILD_OPTIONS": "parallel=1"}


@work.once
def source():
    """The tree as it is committed, or as it stands where there is no git: taken once, so that all
    is built of the same, whatever is committed meanwhile."""
    folder = work.scratch("source")
    folder.mkdir(parents=True)
    if _has_git():
        _unpack(["git", "-c", f"safe.directory={work.TOP}", "-C", work.TOP, "archive", "HEAD"],
                folder)
    else:
        _unpack(["tar", "-C", work.TOP, "--exclude=./build", "--exclude=./dist",
                 "--exclude=__pycache__", "-cf", "-", "."], folder)
    return folder


def _unpack(command, folder):
    with subprocess.Popen(command, stdout=subprocess.PIPE) as archive:
        subprocess.run(["tar", "-xf", "-", "-C", folder], stdin=archive.stdout, check=True)
    work.expect(archive.returncode == 0, f"{command[0]} could not read the tree")


def copy(folder):
    """Another copy of the source, to build in."""
    return shutil.copytree(source(), folder, symlinks=True)


def make(tree, environment=None, umask=-1):
    """Runs build-deb in tree."""
    work.run([tree / "packaging/build-deb"], timeout=900, cwd=tree, umask=umask,
             env=dict(os.environ, **(environment or {})))
    return gather(tree / "dist")


def gather(folder):
    def one(pattern):
        found = sorted(folder.glob(pattern))
        work.expect(len(found) == 1, f"build-deb made {len(found)} of {pattern}")
        return found[0]
    changes = sorted(folder.glob("*.changes"))
    source = [path for path in changes if path.name.endswith("_source.changes")]
    binary = [path for path in changes if path not in source]
    return Built(folder, one("lanthorn_*.deb"), one("*.dsc"), binary[0],
                 source[0] if source else None, one("*.build"))


@work.once
def package():
    """What is to be released."""
    return make(copy(work.scratch("tree")))


@work.once
def package_again():
    """The same elsewhere, in a git repository if git is there, by somebody with other habits."""
    tree = copy(work.scratch("another", "folder with a longer name", "tree"))
    if shutil.which("git"):
        git = ["git", "-c", "user.name=x", "-c", "user.email=x@x", "-C", tree]
        for words in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-q", "-m", "x"]):
            work.run([*git, *words])
    temporary = work.scratch("another", "tmp")
    temporary.mkdir()
    return make(tree, dict(_ODD, TMPDIR=str(temporary)), umask=0o002)


def version(deb):
    return work.run(["dpkg-deb", "-f", deb, "Version"]).text.strip()


@work.once
def contents():
    """The package unpacked in a folder."""
    folder = work.scratch("contents")
    work.run(["dpkg-deb", "-x", package().deb, folder])
    return folder


# The package before this one

@work.once
def previous():
    """(deb, where it is from): what people have who upgrade."""
    if work.given.previous:
        return work.given.previous, "the one given"
    commit = _last_commit_before() if _has_git() else None
    if commit:
        return _build_commit(commit), f"commit {commit[:10]}"
    return _lowered(package().deb), "this program under a lower number: no older one is known"


def _has_git():
    """A clone may have been carried to a machine where nobody ever needed git."""
    return (work.TOP / ".git").exists() and shutil.which("git") is not None


def _git(*words):
    return work.run(["git", "-c", f"safe.directory={work.TOP}", "-C", work.TOP, *words]).text


def _last_commit_before():
    """The last commit whose changelog began with another version; None if there is none."""
    log = "packaging/debian/changelog"
    now = _git("show", f"HEAD:{log}").splitlines()[0]
    commits = _git("log", "--format=%H", "--", log).split()
    for commit in commits:
        if _git("show", f"{commit}:{log}").splitlines()[0] != now:
            changed = commits[commits.index(commit) - 1]
            return _git("rev-parse", f"{changed}^").strip()
    return None


def _build_commit(commit):
    tree = work.scratch("previous", "tree")
    tree.mkdir(parents=True)
    _unpack(["git", "-c", f"safe.directory={work.TOP}", "-C", work.TOP, "archive", commit], tree)
    if not (tree / "packaging/build-deb").exists():
        work.run(["cp", "-a", tree / "packaging/debian", tree / "debian"])
        work.run(["dpkg-buildpackage", "-us", "-uc", "-b", "-d"], timeout=900, cwd=tree)
        return next(tree.parent.glob("lanthorn_*.deb"))
    return make(tree).deb


def _lowered(deb):
    folder = work.scratch("lowered", "package")
    work.run(["dpkg-deb", "-R", deb, folder])
    control = folder / "DEBIAN/control"
    text = control.read_text(encoding="utf-8")
    control.write_text(re.sub(r"(?m)^(Version: .*)$", r"\1~before", text), encoding="utf-8")
    path = folder.parent / f"lanthorn_{version(deb)}~before.deb"
    work.run(["dpkg-deb", "--root-owner-group", "-b", folder, path])
    return path
