#!/usr/bin/env bash
# Proves that a bare Debian 12 with git, make, python3 and sudo is enough: in a system made by
# debootstrap it runs `make demo` and `make test` as root, then the demo as a user with sudo.
# Everything lives in mount and process namespaces of its own: nothing stays mounted or running.
# Called without arguments; FRESH_ROOT says where (some 3 GB), FRESH_SKIP_TEST=1 leaves `make test` out.
set -euo pipefail

here=$(cd "$(dirname "$0")/../.." && pwd)
root=${FRESH_ROOT:-/var/tmp/photofs-fresh}

say() { printf '\n== %s (after %s s)\n' "$*" "$SECONDS"; }

if [ "$(id -u)" != 0 ]; then
    echo "make fresh builds a system of its own and needs root" >&2
    exit 1
fi
if [ "${1:-}" != inside ]; then
    command -v debootstrap >/dev/null || apt-get install -y -qq debootstrap >/dev/null
    exec unshare --mount --pid --fork --kill-child --propagation private "$0" inside
fi

say "a bare Debian in $root"
rm -rf --one-file-system "$root"
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -v security | head -n 1)
debootstrap --variant=minbase --include=git,make,python3,sudo bookworm "$root" "$mirror" >"$root.log" 2>&1 ||
    { tail "$root.log"; exit 1; }

say "its devices, and this machine's settings for apt, pip and certificates"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
# what every booted Debian has (systemd-tmpfiles makes it), and fusermount3 -u needs for users
ln -s ../proc/self/mounts "$root/etc/mtab"
for each in null:3 zero:5 full:7 random:8 urandom:9; do
    mknod -m 666 "$root/dev/${each%:*}" c 1 "${each#*:}"
done
mknod -m 666 "$root/dev/tty" c 5 0
mknod -m 666 "$root/dev/fuse" c 10 229
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
for each in /etc/resolv.conf /etc/hosts /etc/pip.conf; do
    [ ! -e "$each" ] || cp -L "$each" "$root$each"
done
rm -f "$root/etc/apt/sources.list"
cp -rL /etc/apt/. "$root/etc/apt/"
mkdir -p "$root/etc/ssl" "$root/usr/local/share"
cp -rL /etc/ssl/certs "$root/etc/ssl/"
[ ! -d /usr/local/share/ca-certificates ] ||
    cp -rL /usr/local/share/ca-certificates "$root/usr/local/share/"

# Only what names certificates and waits passes into the new system's environment.
settings=(LANG=C.UTF-8 "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
while IFS= read -r each; do settings+=("$each"); done < <(env | grep -E '^(PIP_(CERT|DEFAULT_TIMEOUT)|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_SSL_CAINFO)=')

as() { # USER HOME COMMAND: run a command line in the new system
    chroot "$root" /usr/bin/env -i "${settings[@]}" "HOME=$2" \
        setpriv --reuid "$1" --regid "$1" --init-groups bash -c "$3"
}

git clone -q --no-hardlinks "$here" "$root/root/photofs"

say "make demo as root"
as root /root 'cd ~/photofs && make demo'
as root /root 'ls -lR ~/photos >/tmp/listing && wc -l </tmp/listing'
as root /root 'apt-get install -y -qq rsync >/dev/null && rsync -aH ~/photos/ /tmp/copy/ &&
    test -z "$(rsync -aHin ~/photos/ /tmp/copy/)" && find /tmp/copy -type f | wc -l'
as root /root 'cd ~/photofs && .venv/bin/photofs umount ~/photos'

if [ -z "${FRESH_SKIP_TEST:-}" ]; then
    say "make test as root"
    as root /root 'cd ~/photofs && make test'
fi

say "make demo as a user with sudo"
chroot "$root" useradd --create-home --shell /bin/bash ada
echo 'ada ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/ada"
git clone -q --no-hardlinks "$here" "$root/home/ada/photofs"
chroot "$root" chown -R ada:ada /home/ada
as ada /home/ada 'cd ~/photofs && make demo'
as ada /home/ada 'ls ~/photos/*/ && find ~/photos -type f | head -n 3 | xargs -d "\n" sha256sum'
as ada /home/ada 'cd ~/photofs && .venv/bin/photofs umount ~/photos'

if grep -q ' fuse.photofs ' "/proc/self/mounts"; then
    echo "a mount was left behind" >&2
    exit 1
fi
say "all of it works in a bare Debian"
rm -rf --one-file-system "$root/home" "$root/root/photofs"
