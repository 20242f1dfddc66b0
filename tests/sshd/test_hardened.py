# SPDX-License-Identifier: MIT
"""Hardened hosts: a row a hardening, and its verdict: held and resumed, or the plain login with the line that says why.

Settings that the kernel has once for all (kernel.yama.ptrace_scope, fs.protected_*, user.max_user_namespaces,
kernel.unprivileged_userns_clone) are not changed by a test.  What they would forbid is forbidden to everything in the
world, by a seccomp filter (FORBIDDEN); vm.memfd_noexec is the pid namespace's own, and is set.
"""
import contextlib
import ctypes
import errno
import os
import shutil
import struct
import subprocess

import turns
import world
from broken import HELD, PLAIN, Broken, Seen, Table, missing
from host import RUN, takes_long
from template import write
from term import Failed, check, equal, wait_until
from test_broken_host import of_mode, ptys, read_only
from test_doctor import text

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND = 1, 2, 4, 8, 32, 4096
CASE = "/etc/ssh/sshd_config.d/00-case.conf"
COMMON = "/etc/pam.d/common-session"
HOME = "/home/alice"
OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]


# states -----------------------------------------------------------------------------------------------------------

@contextlib.contextmanager
def mounted(host, target, flags=0, data=None, back=0):
    world.mount(None, target, None, MS_REMOUNT | flags, data)
    try:
        yield
    finally:
        world.mount(None, target, None, MS_REMOUNT | back, None)


@contextlib.contextmanager
def remounted_proc(host, options):
    subprocess.run(["mount", "-o", "remount," + options, "/proc"], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,hidepid=0,rw", "/proc"], check=True)


@contextlib.contextmanager
def over(target, fstype, options):
    """A new file system of FSTYPE on TARGET; without one the directory is empty and read-only."""
    subprocess.run(["mount", "-t", fstype, "-o", options, fstype, target], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", target], check=True)


@contextlib.contextmanager
def files(**texts):
    """While entered, these files have these texts; None: they are not there."""
    before = {p: (text(p), os.stat(p).st_mode & 0o7777) if os.path.exists(p) else None for p in texts}
    for path, new in texts.items():
        if new is not None:
            write(path, new)
        elif os.path.exists(path):
            os.unlink(path)
    try:
        yield
    finally:
        for path, old in before.items():
            if old:
                write(path, *old)
            elif os.path.exists(path):
                os.unlink(path)


def gone(*paths):
    return Broken(missing, *[p for p in paths if os.path.exists(p)])


def added(path, more):
    return lambda host: files(**{path: text(path) + more})


@contextlib.contextmanager
def daemons(host, *prefix, umask=None):
    """sshd and holdfastd anew, each started by PREFIX and with the umask."""
    stop(host)
    start(host, prefix, umask)
    try:
        yield
    finally:
        stop(host)
        start(host)


def end_sshd(host):
    """A child that it has just forked, for a connection, listens a moment longer."""
    host.sshd.terminate()
    host.sshd.wait()
    wait_until(lambda: not host.takes_connections(), "nobody listens on sshd's port")


def stop(host):
    host.stop_holdfastd()
    end_sshd(host)


def start(host, prefix=(), umask=None):
    """As Host.start, by way of programs of the same names in front of PATH that call the real ones."""
    before = os.umask(umask) if umask is not None else None
    real = subprocess.Popen

    def by_prefix(argv, *args, **kw):
        return real([*prefix, *argv], *args, **kw)
    subprocess.Popen = by_prefix
    try:
        host.start_sshd()
        host.start_holdfastd()
    finally:
        subprocess.Popen = real
        if before is not None:
            os.umask(before)


def limited(*limits):
    """The host's services have these limits, as by LimitNOFILE= and the like for all of them."""
    return lambda host: daemons(host, "prlimit", *limits)


@contextlib.contextmanager
def no_new_privs_anywhere(host):
    """holdfastctl too: keepers talk to processes of their own confinement."""
    def ctl(user, *args, **kw):
        return host.as_user(user, ["setpriv", "--no-new-privs", "/usr/bin/holdfastctl", *args], text=True, **kw)
    with daemons(host, "setpriv", "--no-new-privs"):
        host.ctl = ctl
        yield
        del host.ctl


@contextlib.contextmanager
def sshd_alone(host, *prefix):
    """sshd, and not holdfastd, is started by PREFIX: a unit of its own with such a setting."""
    end_sshd(host)
    real = subprocess.Popen
    subprocess.Popen = lambda argv, *args, **kw: real([*prefix, *argv], *args, **kw)
    try:
        host.start_sshd()
    finally:
        subprocess.Popen = real
    try:
        yield
    finally:
        end_sshd(host)
        host.start_sshd()


@contextlib.contextmanager
def home(host, change):
    """alice's home, changed; PATH is hers again afterwards."""
    os.rename(HOME, HOME + ".away")
    change(host)
    try:
        yield
    finally:
        if os.path.isdir(HOME):
            shutil.rmtree(HOME)
        elif os.path.lexists(HOME):
            os.unlink(HOME)
        os.rename(HOME + ".away", HOME)


def home_of(user, mode):
    def change(host):
        os.mkdir(HOME)
        os.chown(HOME, *host.ids(user)[:2])
        os.chmod(HOME, mode)
    return lambda host: home(host, change)


@contextlib.contextmanager
def configured(host, lines):
    host.configure_sshd(lines)
    os.rename("/etc/ssh/sshd_config.d/000-case.conf", CASE)
    host.configure_sshd("")
    try:
        yield
    finally:
        os.unlink(CASE)
        host.configure_sshd("")


@contextlib.contextmanager
def read_only_root(host):
    """Nothing but /run, /tmp and /dev can be written to."""
    places = ("/home", "/var", "/etc", "/usr", "/")
    for place in places:
        world.mount(None, place, None, MS_BIND | MS_REMOUNT | MS_RDONLY)
    try:
        yield
    finally:
        for place in places:
            world.mount(None, place, None, MS_BIND | MS_REMOUNT)


@contextlib.contextmanager
def chrooted(host):
    """A directory of root's that has all of the host in it."""
    os.makedirs("/run/jail", exist_ok=True)
    subprocess.run(["mount", "--rbind", "/", "/run/jail"], check=True)
    try:
        with configured(host, "ChrootDirectory /run/jail\n"):
            yield
    finally:
        subprocess.run(["umount", "-l", "/run/jail"], check=True)


@contextlib.contextmanager
def polyinstantiated(host):
    """pam_namespace as it is documented: /tmp is each user's own."""
    with files(**{"/etc/security/namespace.conf": "/tmp /var/tmp-inst/ user root\n",
                  COMMON: text(COMMON) + "session required pam_namespace.so\n"}):
        os.makedirs("/var/tmp-inst", exist_ok=True)
        os.chmod("/var/tmp-inst", 0)
        yield


@contextlib.contextmanager
def sysctl(host, name, value):
    path = "/proc/sys/" + name.replace(".", "/")
    if not os.path.exists(path):
        raise Missing("%s is not in this kernel" % name)
    before = text(path)
    with open(path, "w") as f:
        f.write(value)
    try:
        yield
    finally:
        with contextlib.suppress(OSError), open(path, "w") as f:  # vm.memfd_noexec is never made less strict
            f.write(before)


class Missing(Exception):
    """This kernel or machine lacks what a row sets."""


# What hardened kernels and containers refuse: of ptrace(2) and its like, of namespaces, of loading code.
FORBIDDEN = {"ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312, "pidfd_getfd": 438,
             "unshare": 272, "setns": 308, "mount": 165, "umount2": 166, "bpf": 321, "perf_event_open": 298,
             "userfaultfd": 323, "io_uring_setup": 425, "syslog": 103, "keyctl": 250, "add_key": 248,
             "open_by_handle_at": 304, "init_module": 175, "kexec_load": 246}


def forbid(numbers=tuple(FORBIDDEN.values()), error=errno.EPERM):
    """Puts a seccomp filter over this process and its children: the NUMBERS give ERROR (x86-64)."""
    if os.uname().machine != "x86_64":
        raise Missing("the filter's numbers are those of x86-64")
    code = [(0x20, 0, 0, 0)]  # load the number
    for n in numbers:
        code += [(0x15, 0, 1, n), (0x06, 0, 0, 0x00050000 | error)]
    code += [(0x06, 0, 0, 0x7fff0000)]
    program = b"".join(struct.pack("HBBI", *c) for c in code)
    kept = ctypes.create_string_buffer(program)
    fprog = struct.pack("HxxxxxxP", len(code), ctypes.addressof(kept))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(22, 2, ctypes.create_string_buffer(fprog), 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_SECCOMP)")


# the table --------------------------------------------------------------------------------------------------------

def line(words):
    return "holdfast: %s: this shell is not held" % words


class Row:
    def __init__(self, what, state, verdict, words=None, options=()):
        """VERDICT is HELD, or PLAIN with WORDS, those of the line."""
        self.what, self.state, self.verdict, self.words, self.options = what, state, verdict, words, list(options)


FIPS = """\
Ciphers aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes128-ctr
MACs hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512
KexAlgorithms ecdh-sha2-nistp256,ecdh-sha2-nistp384,diffie-hellman-group14-sha256
HostKeyAlgorithms ecdsa-sha2-nistp256,rsa-sha2-256,rsa-sha2-512
PubkeyAcceptedAlgorithms ecdsa-sha2-nistp256,rsa-sha2-256,rsa-sha2-512
HostKey /etc/ssh/test_host_ecdsa
"""
FIPS_OPTIONS = ["-i", "/home/laptop/.ssh/ecdsa", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                "-o", "KexAlgorithms=ecdh-sha2-nistp256"]
OTHER_PLACE = "sshd has another mount namespace than holdfastd"
RESTRICTED = "sshd has other restrictions (no_new_privs, seccomp, capabilities) than holdfastd"
LOGINS = RUN + "/logins"

ROWS = (
    # /proc
    Row("hidepid=1", lambda h: remounted_proc(h, "hidepid=1"), HELD),
    Row("hidepid=2", lambda h: remounted_proc(h, "hidepid=2"), HELD),
    Row("subset=pid", lambda h: over("/proc", "proc", "subset=pid"), HELD),
    Row("subset=pid, hidepid=2", lambda h: over("/proc", "proc", "subset=pid,hidepid=2"), HELD),
    Row("hidepid=ptraceable", lambda h: remounted_proc(h, "hidepid=4"), HELD),
    # mounts
    Row("/run noexec, nosuid, nodev", lambda h: mounted(h, "/run", MS_NOSUID | MS_NODEV | MS_NOEXEC), HELD),
    Row("/tmp noexec", lambda h: mounted(h, "/tmp", MS_NOSUID | MS_NODEV | MS_NOEXEC), HELD),
    Row("/home noexec", lambda h: mounted(h, "/home", MS_NOSUID | MS_NODEV | MS_NOEXEC), HELD),
    Row("/dev/shm noexec", lambda h: mounted(h, "/dev/shm", MS_NOSUID | MS_NODEV | MS_NOEXEC), HELD),
    Row("/usr read-only", lambda h: mounted(h, "/usr", MS_RDONLY), HELD),
    Row("/etc read-only", lambda h: mounted(h, "/etc", MS_RDONLY), HELD),
    Row("/var read-only", lambda h: mounted(h, "/var", MS_RDONLY), HELD),
    Row("/home read-only", lambda h: mounted(h, "/home", MS_RDONLY), HELD),
    Row("/run read-only", lambda h: read_only("/run"), PLAIN,
        "cannot record this login: %s: Read-only file system" % LOGINS),
    Row("no /dev/shm", lambda h: over("/dev/shm", "tmpfs", "mode=0,size=4k"), HELD),
    Row("/tmp closed", lambda h: of_mode("/tmp", 0o700), HELD),
    Row("a small /run", lambda h: mounted(h, "/run", MS_NOSUID | MS_NODEV, "size=1m"), HELD),
    Row("few terminals", lambda h: ptys(3), HELD),
    Row("no terminal for us", lambda h: ptys(2), PLAIN, "cannot make the session: no pseudo terminal was free: "
        "the mount /dev/pts has a limit of its own (max=)"),
    Row("a read-only root", read_only_root, HELD),
    Row("no utmp, wtmp and lastlog", lambda h: gone("/run/utmp", "/var/log/wtmp", "/var/log/lastlog", "/var/log/btmp"), HELD),
    # homes
    Row("no home", lambda h: home(h, lambda host: None), HELD),
    Row("a home of mode 0000", home_of("alice", 0), HELD),
    Row("another user's home", home_of("bob", 0o700), HELD),
    Row("a home that is a file", lambda h: home(h, lambda host: write(HOME, "x\n")), HELD),
    # umask
    Row("umask 077", added(COMMON, "session optional pam_umask.so umask=077\n"), HELD),
    Row("umask 0777", added(COMMON, "session optional pam_umask.so umask=0777\n"), HELD),
    Row("daemons with umask 0777", lambda h: daemons(h, umask=0o777), HELD),
    # limits of the services
    Row("nofile 64 for all services", limited("--nofile=64:64"), HELD),
    Row("memlock 0 for all services", limited("--memlock=0:0"), HELD),
    Row("core 0 for all services", limited("--core=0:0"), HELD),
    Row("stack 1 MiB for all services", limited("--stack=1048576:1048576"), HELD),
    Row("sigpending 0 for all services", limited("--sigpending=0:0"), HELD),
    Row("msgqueue 0 for all services", limited("--msgqueue=0:0"), HELD),
    Row("nofile 20 for users", added("/etc/security/limits.conf", "alice hard nofile 20\n"), PLAIN,
        "cannot start the session's keeper: the limit on open files is too small: the limit (ulimit -n) is 20"),
    Row("nofile 32 for users", added("/etc/security/limits.conf", "alice hard nofile 32\n"), HELD),
    Row("memlock 0 for users", added("/etc/security/limits.conf", "alice hard memlock 0\n"), HELD),
    # sshd
    Row("FIPS-like algorithms", lambda h: configured(h, FIPS), HELD, options=FIPS_OPTIONS),
    Row("PrivateTmp for sshd", lambda h: sshd_alone(h, "unshare", "--mount"), PLAIN, OTHER_PLACE),
    Row("NoNewPrivileges for sshd", lambda h: sshd_alone(h, "setpriv", "--no-new-privs"), PLAIN, RESTRICTED),
    Row("fewer capabilities for sshd", lambda h: sshd_alone(h, "setpriv", "--bounding-set=-sys_module"), PLAIN, RESTRICTED),
    Row("NoNewPrivileges for all services", no_new_privs_anywhere, HELD),
    Row("ChrootDirectory", chrooted, PLAIN, "this shell is confined: another root directory"),
    Row("polyinstantiated /tmp", polyinstantiated, PLAIN, OTHER_PLACE),
    # kernel
    Row("no IPv6", lambda h: sysctl(h, "net.ipv6.conf.all.disable_ipv6", "1"), HELD),
    Row("memfd_noexec=1", lambda h: sysctl(h, "vm.memfd_noexec", "1"), HELD),
    Row("memfd_noexec=2", lambda h: sysctl(h, "vm.memfd_noexec", "2"), HELD),
)


def prepare(host):
    """A login works without a home: its key and its prompt come from /etc."""
    os.makedirs("/etc/ssh/keys", exist_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", "/etc/ssh/test_host_ecdsa"], check=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", "/home/laptop/.ssh/ecdsa"], check=True)
    os.chown("/home/laptop/.ssh/ecdsa", *host.ids("laptop")[:2])
    shutil.copy(HOME + "/.ssh/authorized_keys", "/etc/ssh/keys/alice")
    write("/etc/ssh/keys/alice", text("/etc/ssh/keys/alice") + text("/home/laptop/.ssh/ecdsa.pub"))
    write("/etc/ssh/sshd_config.d/00-keys.conf", "AuthorizedKeysFile /etc/ssh/keys/%u\nPrintLastLog no\n")
    # of one layer, so that it can be renamed
    shutil.copytree(HOME, HOME + ".copy", symlinks=True, copy_function=world.copy_owned)
    shutil.rmtree(HOME)
    os.rename(HOME + ".copy", HOME)
    os.chown(HOME, *host.ids("alice")[:2])
    write("/etc/profile.d/zz-prompt.sh", "PS1='PROMPT$ '\nPROMPT_COMMAND=\n")
    host.configure_sshd("")


def resumed(host, options):
    """The session is dropped, and the next login gets it."""
    first = host.login(options=options)
    marked = host.mark(first)
    host.drop(first)
    first.close()
    t = host.ssh(options=options)
    marked.same(t)
    os.kill(marked.job, 15)
    t.line("exit 7")
    equal(t.wait_exit(), 7, "the status of ssh after a resume")
    t.close()
    host.terms = []
    host.wait_none()


def one(host, table, row):
    before = len(table.failed)
    check(row.verdict in (HELD, PLAIN), "%s: no verdict" % row.what)
    check((row.verdict == PLAIN) == bool(row.words), "%s: a plain login has words, and a held one has none" % row.what)
    with row.state(host):
        table.plain["alice"] = Seen(host, "alice", [*OFF, *row.options])
        table.row(row.what, row.verdict, options=row.options, words=row.words and line(row.words))
        if row.verdict == HELD and len(table.failed) == before:
            resumed(host, row.options)


def run(host, rows, table):
    failed, missing = [], []
    for row in rows:
        try:
            one(host, table, row)
        except Missing as e:
            missing.append("%s: %s" % (row.what, e))
        except (Failed, OSError, subprocess.CalledProcessError) as e:
            failed.append("%s: %s" % (row.what, e))
            table.clear()
    table.row("as it was", HELD)
    for text_ in missing:
        host.note("not tried: " + text_)
    table.failed += failed
    table.end()


@takes_long
def test_table(host):
    prepare(host)
    run(host, turns.rows(ROWS[::2]), Table(host))


@takes_long
def test_table_too(host):
    """The other half, beside the first."""
    prepare(host)
    run(host, turns.rows(ROWS[1::2]), Table(host))


def test_a_filter_over_all(host):
    """A container of the usual kind, or Yama's strictest: nobody may use ptrace, namespaces, mount, bpf, keys."""
    prepare(host)
    stop(host)
    forbid()
    host.start_sshd()
    host.start_holdfastd()
    run(host, (Row("a seccomp filter", lambda h: contextlib.nullcontext(), HELD),), Table(host))
