"""rows_network.py - an office: two people on one computer, a third on another, all by the unit."""

import archive
import build
import rows_install
import work
from work import row

_SESSIONS = ("systemd-sysv", "libpam-systemd", "dbus", "dbus-user-session", "avahi-daemon",
             "iproute2")


@work.once
def office():
    """A system with the package that boots, and where every user has a service manager."""
    folder = archive.copy(rows_install.here(), "office")
    archive.install(folder, *_SESSIONS, options=("--no-install-recommends",))
    (folder / "usr/sbin/policy-rc.d").unlink()
    return folder


def _play(discovery):
    if not list(build.contents().glob("usr/lib/systemd/user/lanthorn.service")):
        raise work.Skip("the package has no user unit")
    return rows_install.play("users", archive.copy(office(), f"office-{discovery}"),
                             archive.copy(rows_install.here(), f"third-{discovery}"),
                             discovery, work.cgroup(discovery), timeout=400)


@row("users-avahi", "two users' units and a third host, beside an avahi-daemon", seconds=600)
def check_users_avahi():
    return _play("avahi")


@row("users-embedded", "the same without one: both at one desk answer multicast DNS", seconds=600)
def check_users_embedded():
    return _play("embedded")
