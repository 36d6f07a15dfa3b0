"""machine.py - a Debian system in a folder, running as a computer of its own on a made network.

    with Lan(2) as lan:
        desk = Machine(lan.hosts[0], folder, cgroup)     # systemd is its process 1
        desk.add_user("ann")
        desk.run(["lanthorn", "--version"], user="ann")

The network and the host's name are those of the Lan (tests/netns/lan.py). The root is pivoted,
not changed: user namespaces, which a unit's sandbox may need, are forbidden in a chroot.
"""

import pathlib
import subprocess
import time

import work

_BOOT = r"""
set -e
root=$1
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
[ "$2" = init ] && mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for name in null zero full random urandom tty; do
    : >"$root/dev/$name"
    mount --bind "/dev/$name" "$root/dev/$name"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
cd "$root"
pivot_root . .
umount -l .
echo ready
case $2 in
init) exec env -i container=lanthorn-check /sbin/init >/dev/null 2>&1 </dev/null ;;
*) exec cat ;;
esac
"""


class Machine:
    """Started at once. cgroup: a control group of its own, for systemd as process 1; without,
    nothing runs."""

    def __init__(self, host, folder, cgroup=None):
        self.host, self.name, self.lan = host, host.name, host.lan
        self.folder = pathlib.Path(folder)
        self._users = {}
        (self.folder / "etc/hostname").write_text(f"{self.name}\n", encoding="ascii")
        join = ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', cgroup] if cgroup else []
        self._process = host.popen(
            [*join, "unshare", "--mount", "--pid", "--ipc", "--cgroup", "--fork", "--kill-child",
             "sh", "-c", _BOOT, "boot", str(folder), "init" if cgroup else "nothing"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self._process.stdout.readline() != b"ready\n":
            raise RuntimeError(f"{self.name} could not be started")
        self._first = self._child()
        if cgroup:
            self._await_boot()

    def _child(self):
        """Its process 1 as we see it."""
        pid = self._process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
            return children.read().split()[0]

    def _await_boot(self, patience_s=90):
        end = time.monotonic() + patience_s
        while True:
            state = self.run(["systemctl", "is-system-running"], check=False).stdout.strip()
            if state in ("running", "degraded"):
                return
            if time.monotonic() > end:
                raise AssertionError(f"{self.name}: systemd is {state or 'silent'}")
            time.sleep(0.3)

    # Processes in it; the same calls as lan.Host has, so node.Node runs here as there

    def enter(self, command, user=None):
        words = ["nsenter", "-t", self._first, "--mount", "--uts", "--ipc", "--net", "--pid",
                 "--cgroup", "--", "setpriv", "--pdeathsig", "KILL"]
        if user:
            words += ["--reuid", user, "--regid", user, "--init-groups"]
        return [*words, "env", "-i", *self._environment(user), *map(str, command)]

    def _environment(self, user):
        pairs = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8",
                 "HOME": f"/home/{user}" if user else "/root", "DEBIAN_FRONTEND": "noninteractive"}
        if user:
            pairs.update(USER=user, LOGNAME=user, XDG_RUNTIME_DIR=f"/run/user/{self._users[user]}")
        return [f"{name}={value}" for name, value in pairs.items()]

    def popen(self, command, user=None, env=None, **options):
        del env  # the machine's own, above
        return subprocess.Popen(self.enter(command, user), **options)

    def run(self, command, user=None, check=True, timeout=60, stdin=None):
        ran = subprocess.run(self.enter(command, user), check=False, text=True, input=stdin,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout,
                             **({} if stdin else {"stdin": subprocess.DEVNULL}))
        if check and ran.returncode != 0:
            raise AssertionError(f"{self.name}: {command} ended with {ran.returncode}: "
                                 f"{ran.stdout}{ran.stderr}")
        return ran

    def add_user(self, name, lingers=False):
        """An account, new or found, with a folder for the session; lingers: with systemd's user
        manager."""
        if self.run(["id", name], check=False).returncode != 0:
            self.run(["useradd", "--create-home", "--shell", "/bin/sh", name])
        self._users[name] = self.run(["id", "-u", name]).stdout.strip()
        runtime = f"/run/user/{self._users[name]}"
        if lingers:
            self.run(["loginctl", "enable-linger", name])
            self._await_manager(name)
        else:
            self.run(["install", "-d", "-m", "700", "-o", name, "-g", name, runtime])

    def _await_manager(self, name, patience_s=60):
        end = time.monotonic() + patience_s
        while self.run(["systemctl", "--user", "is-system-running"], user=name,
                       check=False).stdout.strip() not in ("running", "degraded"):
            if time.monotonic() > end:
                raise AssertionError(f"{self.name}: {name} has no user manager")
            time.sleep(0.3)

    def close(self):
        """Its process 1 ends, and with it everything that runs in it."""
        self._process.kill()
        self._process.wait()


class Account:
    """Somebody on a machine; node.Node takes it for a host of its own."""

    def __init__(self, machine, user, lingers=False):
        self.machine, self.name, self.lan = machine, user, machine.lan
        machine.add_user(user, lingers)

    def popen(self, command, **options):
        return self.machine.popen(command, user=self.name, **options)

    def run(self, command, **options):
        return self.machine.run(command, user=self.name, **options)
