"""lab.py - one outer set of namespaces, so that the kernel itself cleans up.

A program that calls enter() starts itself again as process 1 of fresh network,
mount, PID and UTS namespaces. Whatever it makes in there - interfaces, mounts,
daemons, files under /run/lab - goes when it goes, however it ends: process 1 dies
with its starter, and with process 1 everything else.

As root nothing else is needed. Without root a user namespace with a range of
subordinate ids is (packages uidmap; /etc/subuid): avahi-daemon has a user of its own.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

SCRATCH = "/run/lab"  # shared by all hosts; a tmpfs of the lab
SKIPPED = 77
INSIDE = "LANTHORN_LAB"

_libc = ctypes.CDLL(None, use_errno=True)
_MS_REC, _MS_PRIVATE = 0x4000, 0x40000
_CLONE_NEWNS = 0x20000
_PR_SET_PDEATHSIG = 1

_started = time.monotonic()
_on_failure = []


class Skip(Exception):
    """The machine lacks something; the test ends with status 77 and says what."""


def say(text):
    print(f"{time.monotonic() - _started:7.2f}  {text}", flush=True)


def on_failure(report):
    """report() is called, once, when the test fails: to print what the nodes last said."""
    _on_failure.append(report)


def run_test(test, needs=()):
    """Runs test() in a lab and ends the process: 0 passed, 1 failed, 77 skipped."""
    status = 1
    try:
        enter(needs)
        test()
        say("passed")
        status = 0
    except Skip as reason:
        print(f"skipped: {reason}")
        status = SKIPPED
    except BaseException:  # an interrupt, too, ends with a report
        traceback.print_exc(file=sys.stdout)
        for report in _on_failure:
            report()
    sys.stdout.flush()
    os._exit(status)  # reader threads may hang on pipes of the dead


def together(*scenarios):
    """Runs independent scenarios at the same time; afterwards the first failure is raised."""
    failures = []

    def run(scenario):
        try:
            scenario()
        except BaseException as failure:  # Skip as well
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(scenario,)) for scenario in scenarios]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for failure in failures[1:]:
        traceback.print_exception(failure, file=sys.stdout)
    if failures:
        raise failures[0]


def enter(needs=()):
    """Returns inside the lab; outside, waits for the inside and ends with its status."""
    if os.environ.get(INSIDE) == "1" and os.getpid() == 1:
        del os.environ[INSIDE]
        _settle()
        return
    _check_programs(("unshare", "nsenter", "mount", "ip", "nft", "dbus-daemon", "avahi-daemon")
                    + tuple(needs))
    unshare = _unshare_command()
    child = subprocess.Popen(unshare + [sys.executable, "-B"] + sys.argv,
                             env=dict(os.environ, **{INSIDE: "1"}), preexec_fn=_die_with_parent)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: child.kill())
    status = child.wait()
    sys.stdout.flush()
    os._exit(status if status >= 0 else 128 - status)


def _check_programs(names):
    os.environ["PATH"] = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"
    missing = [name for name in names if not shutil.which(name)]
    if missing:
        raise Skip("not installed: " + ", ".join(missing))


def _unshare_command():
    """The unshare(1) that works here, or Skip with its own words why none does."""
    command = ["unshare", "--net", "--mount", "--pid", "--uts", "--fork", "--kill-child",
               "--propagation", "unchanged"]
    if os.geteuid() != 0:
        command += ["--user", "--map-root-user", "--map-auto"]
    with tempfile.TemporaryFile() as said:
        trial = subprocess.Popen(command + ["true"], stderr=said, start_new_session=True)
        if trial.wait() != 0:
            _end_group(trial.pid)
            said.seek(0)
            reason = said.read().decode(errors="replace").strip()
            raise Skip("no namespaces here: " + (reason or "unshare failed"))
    return command


def _end_group(leader):
    """Where unshare fails, its helper for the user map may go on waiting for it."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _settle():
    make_private()
    _mount("proc", "/proc", "proc")
    _mount("tmpfs", "/run", "tmpfs")
    os.mkdir(SCRATCH)
    for name in ("hosts", "data"):
        os.mkdir(f"{SCRATCH}/{name}")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def make_private():
    """Process 1 makes the mounts its own: none of them is seen outside. True in a chroot."""
    try:
        _mount(None, "/", None, _MS_REC | _MS_PRIVATE)
        return False
    except OSError:
        _make_private_from_chroot()
        return True


def leave_chroot():
    """To the root of our mount namespace."""
    _check(_libc.setns(os.pidfd_open(os.getpid()), _CLONE_NEWNS), "setns")


def _make_private_from_chroot():
    """A chroot's / is no mount, so its propagation cannot be changed from inside. Joining
    our own mount namespace leads to its real root; from there it can, then back."""
    here = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    leave_chroot()
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE)
    os.fchdir(here)
    os.chroot(".")
    os.close(here)


def _mount(source, target, kind, flags=0):
    def as_bytes(text):
        return text.encode() if text is not None else None
    _check(_libc.mount(as_bytes(source), as_bytes(target), as_bytes(kind),
                       ctypes.c_ulong(flags), None), f"mount {target}")


def _check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
