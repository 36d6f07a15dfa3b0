# What lanthorn does, and nothing else; so far only told of in the log (complain).
# Data or a key file in another place: name it in local/usr.bin.lanthorn, as
#   owner /srv/lanthorn/{,**} rwk,
# and load the profile again with apparmor_parser -r.

abi <abi/3.0>,

include <tunables/global>

profile lanthorn /usr/bin/lanthorn flags=(complain) {
  include <abstractions/base>
  include <abstractions/nameservice>
  include <abstractions/dbus-strict>

  # Sessions, discovery without a daemon, and news of the interfaces.
  network inet stream,
  network inet6 stream,
  network inet dgram,
  network inet6 dgram,
  network netlink raw,

  dbus (send, receive) bus=system
       path=/
       interface=org.freedesktop.Avahi.Server
       peer=(name=org.freedesktop.Avahi),
  dbus (send, receive) bus=system
       interface=org.freedesktop.Avahi.{EntryGroup,ServiceBrowser,ServiceResolver}
       peer=(name=org.freedesktop.Avahi),
  dbus receive bus=system
       interface=org.freedesktop.Avahi.*,

  # The Avahi libraries are opened while it runs; abstractions/base has their folder.
  /usr/bin/lanthorn mr,
  @{PROC}/@{pid}/net/if_inet6 r,
  owner @{PROC}/@{pid}/statm r,

  # The prompt.
  /dev/tty rw,
  /dev/pts/[0-9]* rw,
  /etc/inputrc r,
  owner @{HOME}/.inputrc r,
  /{etc,{usr/,}lib,usr/share}/terminfo/** r,

  # Its own files, at the places of the XDG specification.
  owner @{HOME}/.local/{,share/} w,
  owner @{HOME}/.local/share/lanthorn/{,**} rwk,
  # Of its settings it writes nothing but a key file that it makes: key, or key-and-more.
  owner @{HOME}/.config/lanthorn/{,**} r,
  owner @{HOME}/.config/lanthorn/key{,-*,.*} w,
  owner @{run}/user/@{uid}/lanthorn/{,*} rw,

  # A service manager, who is told of the start.
  owner @{run}/user/@{uid}/systemd/notify w,
  @{run}/systemd/notify w,

  include if exists <local/usr.bin.lanthorn>
}
