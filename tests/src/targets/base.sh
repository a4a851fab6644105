# Builds the read-only Debian root that every target stands on, and the key that logs in to it.
# Usage: sh -c BASE base OUT     (OUT must not exist; the caller renames it into place when this succeeds)
# Needs root, mmdebstrap and the package mirror that this machine's own apt uses.
set -eu
out=$1
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

# util-linux brings setpriv, su and pivot_root; mount is a package of its own.
packages=openssh-server,rsync,sudo,opendoas,procps,mount,cron,locales,tzdata,ca-certificates

mirror() { apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1; }
uri=$(mirror)
[ -n "$uri" ] || { apt-get update -qq; uri=$(mirror); }
[ -n "$uri" ] || { echo "apt on this machine names no package mirror" >&2; exit 1; }

mmdebstrap --quiet --mode=root --variant=apt --format=dir \
    --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
    --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --aptopt='Acquire::Languages "none"' \
    --include="$packages" bookworm "$out" "${uri%/}"

# Who can log in, and how each becomes root. The passwords are known to the tests; the targets listen on loopback only.
#   deploy  sudo and doas with the password deploy-pw
#   nopass  sudo and doas without a password
#   bob     nothing, password bob-pw: whom others become
#   root    password root-pw, for su
for user in deploy nopass bob; do
    chroot "$out" useradd --create-home --shell /bin/bash "$user"
done
printf '%s\n' root:root-pw deploy:deploy-pw nopass:nopass-pw bob:bob-pw | chroot "$out" chpasswd
printf '%s\n' 'deploy ALL=(ALL:ALL) ALL' 'nopass ALL=(ALL:ALL) NOPASSWD: ALL' > "$out/etc/sudoers.d/targets"
chmod 440 "$out/etc/sudoers.d/targets"
printf '%s\n' 'permit deploy' 'permit nopass "nopass"' > "$out/etc/doas.conf"
chmod 400 "$out/etc/doas.conf"
# A target has no audit daemon to give it a login uid.
sed -i 's/^session *required *pam_loginuid.so/session optional pam_loginuid.so/' "$out/etc/pam.d/sshd"

rm -f "$out"/etc/ssh/ssh_host_* "$out/etc/machine-id"
: > "$out/etc/machine-id"
printf '127.0.0.1 localhost\n' > "$out/etc/hosts"
: > "$out/etc/resolv.conf"

# The key that logs in as every user. It lives beside the root, and only its public half inside it.
mkdir "$out/targets"
chroot "$out" ssh-keygen -q -t ed25519 -N '' -C targets -f /targets/id
for home in root home/deploy home/nopass home/bob; do
    install -d -m 700 "$out/$home/.ssh"
    install -m 600 "$out/targets/id.pub" "$out/$home/.ssh/authorized_keys"
    owner=$(stat -c %u:%g "$out/$home")
    chown -R "$owner" "$out/$home/.ssh"
done
mv "$out/targets/id" "$out/targets/id.pub" "$out.keys/"
rmdir "$out/targets"

# apt on a target sees one repository, made here, so that its tests need no network. The two packages install
# and remove like any other; windlass-two depends on windlass-one, which exists in two versions.
repo=$out/srv/repo
mkdir -p "$repo"
package() { # NAME VERSION DEPENDS
    build=$out/srv/build
    mkdir -p "$build/DEBIAN" "$build/usr/share/$1"
    echo "$2" > "$build/usr/share/$1/version"
    {
        printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: Targets <targets@localhost>\n' "$1" "$2"
        [ -z "$3" ] || printf 'Depends: %s\n' "$3"
        printf 'Description: package for tests\n'
    } > "$build/DEBIAN/control"
    chroot "$out" dpkg-deb --build --root-owner-group /srv/build "/srv/repo/$1_$2_all.deb" >/dev/null
    deb=$repo/$1_$2_all.deb
    {
        cat "$build/DEBIAN/control"
        printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$(basename "$deb")" "$(stat -c %s "$deb")" \
            "$(sha256sum "$deb" | cut -d' ' -f1)"
    } >> "$repo/Packages"
    rm -r "$build"
}
package windlass-one 1.0 ''
package windlass-one 2.0 ''
package windlass-two 1.0 windlass-one
rm -rf "$out"/etc/apt/sources.list.d/* "$out"/var/lib/apt/lists/*
echo 'deb [trusted=yes] file:/srv/repo ./' > "$out/etc/apt/sources.list"
chroot "$out" apt-get update -qq
