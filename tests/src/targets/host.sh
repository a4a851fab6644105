# One SSH target. Usage: sh -c HOST host BASE DIR NAME ADDRESS PORT SSHD_OPTION…
# The caller keeps this script's standard input open for as long as the target shall live: however the caller ends,
# the pipe closes and the target's init dies, with it every process in its PID namespace and, with the last of
# these, the mount namespace. All that the target wrote is in a tmpfs there, so nothing is left to clean up.
unshare --mount --uts --ipc --pid --fork --kill-child sh -euc '
    base=$1 dir=$2 name=$3 address=$4 port=$5
    shift 5
    # As seen from outside: this is the process that becomes the sshd.
    read -r pid _ < /proc/self/stat

    mount -t tmpfs -o mode=755 tmpfs "$dir"
    mkdir "$dir/upper" "$dir/work" "$dir/root"
    mount -t overlay overlay -o "lowerdir=$base,upperdir=$dir/upper,workdir=$dir/work" "$dir/root"
    root=$dir/root

    mount -t proc proc "$root/proc"
    # What is not namespaced in /proc is the machine itself.
    for file in sys sysrq-trigger; do
        [ -e "$root/proc/$file" ] || continue
        mount --bind "$root/proc/$file" "$root/proc/$file"
        mount -o remount,bind,ro "$root/proc/$file"
    done
    mount -t tmpfs -o mode=755,size=64k tmpfs "$root/dev"
    mkdir "$root/dev/pts" "$root/dev/shm"
    for node in null zero full random urandom tty; do cp -a "/dev/$node" "$root/dev/$node"; done
    chmod 1777 "$root/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
    ln -s pts/ptmx "$root/dev/ptmx"
    ln -s /proc/self/fd "$root/dev/fd"
    mount -t tmpfs -o mode=755 tmpfs "$root/run"
    mkdir "$root/run/sshd" "$root/run/lock"
    hostname "$name"
    echo "$name" > "$root/etc/hostname"
    echo "127.0.0.1 $name" >> "$root/etc/hosts"

    cd "$root"
    pivot_root . mnt
    exec chroot . sh -euc "
        pid=\$1 address=\$2 port=\$3
        shift 3
        umount -l /mnt
        ssh-keygen -q -t ed25519 -N \"\" -f /etc/ssh/ssh_host_ed25519_key
        echo \"\$pid \$(cat /etc/ssh/ssh_host_ed25519_key.pub)\"
        exec setpriv --bounding-set=-sys_time,-net_admin,-sys_boot,-sys_module,-sys_rawio,-syslog \
            --inh-caps=-all /usr/sbin/sshd -D -e -p \"\$port\" \
            -o ListenAddress=\"\$address\" -o HostKey=/etc/ssh/ssh_host_ed25519_key -o PidFile=none \
            -o PermitRootLogin=prohibit-password -o MaxStartups=200 -o MaxSessions=100 -o UseDNS=no \"\$@\"
    " sh "$pid" "$address" "$port" "$@"
' host "$@" < /dev/null &
read -r _
kill -9 $!
wait
