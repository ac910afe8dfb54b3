#!/bin/busybox sh
# The first process of the machine. Puts the computer outside, read-only, under a writable layer and runs inside.ts there.
# Whatever goes wrong, the machine switches off: what is missing then is missed outside.
# The kernel hands over FLASHLINE_NODE, FLASHLINE_PROGRAM, FLASHLINE_REPO and FLASHLINE_MODULES from its command line.
/bin/busybox --install -s /bin
export PATH=/bin

run() {
  set -e
  mount -t proc proc /proc
  mount -t sysfs sys /sys
  mount -t devtmpfs dev /dev
  while read -r module; do insmod "/modules/$module"; done </modules/order

  mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro computer /lower
  mount -t tmpfs layer /upper
  mkdir /upper/files /upper/work
  mount -t overlay -o lowerdir=/lower,upperdir=/upper/files,workdir=/upper/work layers /machine

  mount -t proc proc /machine/proc
  mount -t sysfs sys /machine/sys
  mount -t devtmpfs dev /machine/dev
  mkdir -p /machine/dev/pts /machine/dev/shm
  mount -t devpts pts /machine/dev/pts
  mount -t tmpfs shm /machine/dev/shm
  mount -t tmpfs tmp /machine/tmp
  mount -t tmpfs run /machine/run
  mkdir -p /machine/run/flashline "/machine$FLASHLINE_REPO" "/machine/lib/modules"
  # Where the repository is below /tmp or /run, the new file systems there hide it.
  mount --bind "/lower$FLASHLINE_REPO" "/machine$FLASHLINE_REPO"
  mount --bind "/lower$FLASHLINE_MODULES" /machine/lib/modules
  mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none job /machine/run/flashline
  ifconfig lo 127.0.0.1 up
  # The boards are outside: QEMU's own network has the loopback of the computer at 10.0.2.2.
  ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up
  hostname machine

  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
  # udevadm would do nothing in a chroot.
  export SYSTEMD_IGNORE_CHROOT=1
  # libusb hears of devices from udevd, and the rules that we ship are its.
  chroot /machine /lib/systemd/systemd-udevd --daemon
  chroot /machine modprobe vhci-hcd
  chroot /machine "$FLASHLINE_NODE" "$FLASHLINE_PROGRAM"
}

(run)
/bin/sync
/bin/poweroff -f
