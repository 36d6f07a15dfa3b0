"""work.py - a scratch tree that always goes, rows with names, programs with a bound on their time.

A check starts itself again as process 1 of mount and PID namespaces of its own. Whatever it
mounts or starts in there is gone with process 1, however it ends; outside, what is left of the
scratch tree is removed afterwards, when nothing can be mounted in it any more.
"""

import collections
import ctypes
import functools
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/netns"))

import lab  # noqa: E402

PYTHON = ["/usr/bin/python3", "-B"]
_SCRATCH, _CGROUP = "LANTHORN_CHECK", "LANTHORN_CHECK_CGROUP"
_TREE_KIB = 6 << 20  # more than the scratch tree ever holds
_PR_SET_PDEATHSIG = 1
_PIVOT = """
mount --rbind "$0" "$0"
cd "$0"
pivot_root . .
umount -l .
"""

Row = collections.namedtuple("Row", "name says check seconds")
ROWS = []
given = None  # the options of the command line


class Failed(Exception):
    """What was checked does not hold; the text says what and, below, what a program printed."""


class Skip(Exception):
    """It cannot be checked here; the text says why."""


def row(name, says, seconds=300):
    """The function it decorates is a row: it returns what the table says of it."""
    def enlist(check):
        ROWS.append(Row(name, says, check, seconds))
        return check
    return enlist


def once(step):
    """step() runs when first asked for; later it is what it returned, or a Skip if it failed. Its
    time is not that of the row which happens to come first."""
    known = {}

    @functools.wraps(step)
    def remembered(*arguments):
        if arguments not in known:
            known[arguments] = Skip(f"needs the step {step.__name__}, which failed")
            left = signal.alarm(0)
            known[arguments] = step(*arguments)
            signal.alarm(left)
        if isinstance(known[arguments], Skip):
            raise known[arguments]
        return known[arguments]
    return remembered


# The scratch tree

def enter():
    """Returns inside the namespaces; outside, waits for the inside and ends with its status."""
    if os.getpid() == 1 and _SCRATCH in os.environ:
        _settle()
        return
    top = tempfile.mkdtemp(prefix="lanthorn-check-", dir=os.environ.get("TMPDIR", "/var/tmp"))
    os.makedirs(f"{top}/tree")
    os.chmod(top, 0o755)
    cgroup = _make_cgroup(os.path.basename(top))
    status = 1
    try:
        status = _run_inside(top, cgroup)
    finally:
        _patiently(top, lambda: subprocess.run(
            ["rm", "-rf", "--one-file-system", top], check=False, stderr=subprocess.DEVNULL))
        _patiently(cgroup, lambda: _remove_cgroup(cgroup))
    sys.exit(status)


def _patiently(path, remove, seconds=10):
    """Until path is gone: the last processes of the inside may still be ending."""
    end = time.monotonic() + seconds
    while path and os.path.exists(path) and time.monotonic() < end:
        remove()
        time.sleep(0.1)


def _run_inside(top, cgroup):
    environment = dict(os.environ, **{_SCRATCH: top, _CGROUP: cgroup})
    inside = subprocess.Popen(
        ["unshare", "--mount", "--propagation", "unchanged", "--pid", "--fork", "--kill-child",
         "--mount-proc",
         *PYTHON, *sys.argv], env=environment, stdin=subprocess.DEVNULL,
        preexec_fn=_die_with_parent)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: inside.kill())
    status = inside.wait()
    if status < 0:
        print("Ended before all was checked.", flush=True)
        return 130
    return status


def _settle():
    """Puts the scratch tree into memory if there is plenty, unless $TMPDIR names another place: it
    is faster, and goes at once with the namespace. What programs make for a while is in it, too:
    ended at once, they leave it behind."""
    if lab.make_private():
        _take_root()
    with open("/proc/meminfo", encoding="ascii") as lines:
        kib = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    if kib >= 2 * _TREE_KIB and "TMPDIR" not in os.environ:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"mode=755,size={_TREE_KIB}k", "tmpfs",
                        scratch()], check=True)
    scratch("tmp").mkdir(mode=0o755)
    os.environ["TMPDIR"] = str(scratch("tmp"))


def _take_root():
    """A chroot's / is no mount; here it becomes the root of our namespace, as on a machine of its
    own, or programs could not make their mounts their own, nor come back by nsenter."""
    here = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    lab.leave_chroot()
    root = os.readlink(f"/proc/self/fd/{here}")
    os.close(here)
    subprocess.run(["sh", "-ec", _PIVOT, root], check=True)
    os.chdir(TOP)


def _die_with_parent():
    os.setpgid(0, 0)  # Ctrl-C is for the outside, which ends the inside
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _make_cgroup(name):
    """A cgroup for machines that boot systemd; empty where there is no cgroup2. Control groups
    outlive namespaces, so it is the outside that makes and removes it."""
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        tops = [line.split()[1] for line in mounts if line.split()[2] == "cgroup2"]
    with open("/proc/self/cgroup", encoding="utf-8") as lines:
        own = [line[3:].strip() for line in lines if line.startswith("0::")]
    if not tops or not own:
        return ""
    path = os.path.join(tops[-1], own[0].lstrip("/"), name)
    try:
        os.mkdir(path)
    except OSError:
        return ""
    return path


def _remove_cgroup(path):
    for folder, _, _ in os.walk(path, topdown=False):
        try:
            os.rmdir(folder)
        except OSError:
            return  # somebody is still in there


def scratch(*parts):
    """A path in the scratch tree; the folders above it exist."""
    return _with_folders(pathlib.Path(os.environ[_SCRATCH], "tree", *parts))


def on_disk(*parts):
    """The same on a disk, for what is measured."""
    return _with_folders(pathlib.Path(os.environ[_SCRATCH], "disk", *parts))


def _with_folders(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def cgroup(name):
    """A fresh control group, or Skip."""
    if not os.environ.get(_CGROUP):
        raise Skip("no cgroup2 is mounted and writable here, so systemd cannot be booted")
    path = os.path.join(os.environ[_CGROUP], name)
    os.mkdir(path)
    return path


# Programs

Ran = collections.namedtuple("Ran", "status text")


def run(command, timeout=300, check=True, **options):
    """Runs command to its end, or Failed with the end of what it printed."""
    command = [str(word) for word in command]
    options.setdefault("stdin", subprocess.DEVNULL)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, errors="replace", start_new_session=True, **options)
    try:
        text, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        text = _stop(process)
        raise Failed(f"takes over {timeout} s: {_shown(command)}\n{tail(text)}") from None
    except BaseException:
        _stop(process)
        raise
    _log(command, text)
    if check and process.returncode != 0:
        raise Failed(f"status {process.returncode}: {_shown(command)}\n{tail(text)}")
    return Ran(process.returncode, text)


def _stop(process):
    """Ends a program with all that it started; what it had printed."""
    os.killpg(process.pid, signal.SIGKILL)
    try:
        return process.communicate(timeout=5)[0]
    except subprocess.TimeoutExpired:
        return ""


def _shown(command):
    text = shlex.join(command).replace(f"{scratch()}/", "")
    return text if len(text) < 200 else text[:200] + " …"


def _log(command, text):
    with open(scratch("log"), "a", encoding="utf-8") as log:
        log.write(f"$ {shlex.join(command)}\n{text}\n")


def tail(text, lines=25):
    return "\n".join(text.rstrip().splitlines()[-lines:])


def need(*programs):
    missing = [name for name in programs if not shutil.which(name)]
    if missing:
        raise Skip("not installed: " + ", ".join(missing))


def expect(true, text):
    if not true:
        raise Failed(text)


# Running the rows

class TimeIsUp(Exception):
    pass


def _time_is_up(*_):
    raise TimeIsUp


def run_rows(rows):
    """Runs all of them; (row, verdict, what is to be said) of each."""
    signal.signal(signal.SIGALRM, _time_is_up)
    return [_run_row(one) for one in rows]


def _run_row(one):
    started = time.monotonic()
    verdict, text = _judge(one)
    seconds = time.monotonic() - started
    print(f"{verdict:<8} {one.name:<14} {text}  ({seconds:.0f} s)", flush=True)
    return one, verdict, text.splitlines()[0] if text else ""


def _judge(one):
    signal.alarm(one.seconds)
    try:
        return "ok", one.check()
    except Skip as reason:
        return "skipped", str(reason)
    except Failed as failure:
        return "FAILED", str(failure)
    except TimeIsUp:
        return "FAILED", f"not done within {one.seconds} s"
    except Exception:  # a broken row, too, must not end the others
        lines = traceback.format_exc().splitlines()
        return "FAILED", "\n".join([lines[-1], *lines])
    finally:
        signal.alarm(0)
