#!/bin/sh
# Try the Debian package in a Debian 12 of its own that boots: tools/stick/try_debian.sh PACKAGE FOLDER
# Needs root, debootstrap and systemd-container; FOLDER keeps the Debian for the next time.
set -eu
package=$(realpath "$1")
folder=$(realpath -m "$2")
root=$folder/root
if [ ! -e "$root/sbin/init" ]; then
    debootstrap --variant=minbase --include=python3,adduser,systemd,systemd-sysv bookworm "$root" >"$folder.log"
fi
chroot "$root" dpkg --purge --force-remove-reinstreq relay-livestock >/dev/null 2>&1 || true # of an earlier trial
rm -rf "$root/var/lib/relay" "$root/var/backups/relay"
cp "$package" "$root/root/relay.deb"
mountpoint -q /run/systemd/nspawn || { mkdir -p /run/systemd/nspawn && mount -t tmpfs tmpfs /run/systemd/nspawn; }
systemd-nspawn --quiet --register=no --keep-unit --boot --directory "$root" --private-network >"$folder/boot.log" 2>&1 </dev/null &
nspawn=$!
trap 'kill $nspawn 2>/dev/null; wait $nspawn 2>/dev/null || true' EXIT
for _ in $(seq 60); do
    init=$(pgrep --parent $nspawn | head -1)
    [ -n "$init" ] && nsenter --target "$init" --all systemctl is-system-running --wait >/dev/null 2>&1 && break
    sleep 1
done
within() { nsenter --target "$init" --all env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"; }
step() { echo "== $*"; }
answers() { # as the proxy asks it
    within python3 -c '
import sys, time, urllib.request
said = {"Host": "relay.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
asked = urllib.request.Request("http://127.0.0.1:8765/sign-in", headers=said)
for _ in range(60):
    try:
        sys.exit(urllib.request.urlopen(asked).status != 200)
    except OSError as error:
        why = error
        time.sleep(1)
sys.exit(f"no page: {why}")'
}

step installed
within dpkg --install /root/relay.deb
within sh -c 'cd / && relay --version'
step a record is begun, by its user alone
within as_relay programme add hills --name "Hill villages"
within sh -c 'test "$(stat -c %U:%a /var/lib/relay)" = relay:700'
step the pages are served by the hardened unit
within systemctl start relay.service
answers
within systemd-analyze security --no-pager relay.service | tail -1
step a backup is written by its unit, encrypted
key=$(within /opt/relay/.venv/bin/python -c 'import pyrage; print(pyrage.x25519.Identity.generate().to_public())')
within sed -i "s/^RELAY_BACKUP_KEY=.*/RELAY_BACKUP_KEY=$key/" /etc/relay/relay.env
within systemctl start relay-backup.service
within ls /var/backups/relay
step installed again over itself: the pages come back, settings and record stay
within dpkg --install /root/relay.deb
answers
within grep -q "$key" /etc/relay/relay.env
within as_relay status --json | grep -q '"hills"'
step removed: the record stays
within dpkg --remove relay-livestock
within sh -c '! systemctl is-active relay.service && test -d /var/lib/relay/databases && test ! -e /usr/bin/relay && test ! -e /opt/relay'
step installed once more: it is all there
within dpkg --install /root/relay.deb
within as_relay ledger verify --programme hills
step purged: the settings go, the record stays
within dpkg --purge relay-livestock
within sh -c 'test ! -e /etc/relay && test -d /var/lib/relay/databases && getent passwd relay >/dev/null'
step all of it held
