# SPDX-License-Identifier: MIT
"""A host that has run out of something, or whose directories are not what they were: a login is as good as a plain one."""
import contextlib
import os
import random
import shutil
import signal
import subprocess

import turns
import world
from broken import AWAY, EITHER, HELD, PLAIN, Broken, Table, directory, empty, garbage, left, loop, missing
from host import RUN, takes_long
from template import write
from term import Failed, check, wait_until

MS_REMOUNT = world.MS_REMOUNT
LIMITS = "/etc/security/limits.conf"
ELSEWHERE = "/tmp/elsewhere"


# what is below /run/holdfast ------------------------------------------------------------------------------------------

def gone(path):
    pass


def a_file(path):
    write(path, "")


def a_directory(path):
    os.mkdir(path)


def a_link(path):
    os.makedirs(ELSEWHERE, exist_ok=True)
    os.symlink(ELSEWHERE, path)


def a_dangling_link(path):
    os.symlink("/nowhere", path)


def a_users(path):
    os.mkdir(path)
    os.chown(path, 1000, 1000)


REPLACED = (gone, a_file, a_directory, a_link, a_dangling_link, a_users)
MODES = (0, 0o700, 0o755, 0o777, 0o1777)


def places():
    """All there is below /run/holdfast when a session has been."""
    yield RUN
    for top, dirs, files in os.walk(RUN):
        for name in sorted(dirs + files):
            yield os.path.join(top, name)


def remove(path):
    if os.path.islink(path) or os.path.isfile(path):
        os.unlink(path)
    elif os.path.isdir(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


@contextlib.contextmanager
def replaced(path, by):
    os.rename(path, path + AWAY)
    by(path)
    yield
    remove(path)
    os.rename(path + AWAY, path)


@contextlib.contextmanager
def of_mode(path, mode):
    before = os.stat(path).st_mode & 0o7777
    os.chmod(path, mode)
    yield
    os.chmod(path, before)


@takes_long
def test_run_directory(host):
    """Each directory and file that is there, as somebody's cleaning up or another program may leave it."""
    table = Table(host)
    table.row("the first", HELD)
    for path in turns.rows(sorted(places())):
        states = [(by.__name__, replaced(path, by)) for by in REPLACED]
        states += [("mode %04o" % m, of_mode(path, m)) for m in MODES if not os.path.islink(path)]
        for what, state in states:
            with state:
                table.row("%s: %s" % (path, what), EITHER)
        table.row("%s as it was" % path, HELD)
    if os.listdir(ELSEWHERE):
        table.failed.append("written through a link: %s" % os.listdir(ELSEWHERE))
    table.end()


def test_run_directory_removed(host):
    table = Table(host)
    shutil.rmtree(RUN)
    table.row("no %s" % RUN, EITHER)
    host.stop_holdfastd()
    table.row("no %s, and no holdfastd" % RUN, EITHER)
    host.start_holdfastd()
    table.row("holdfastd anew", HELD)
    table.end()


# full -----------------------------------------------------------------------------------------------------------------

def remount(target, flags=0, data=None):
    world.mount(None, target, None, MS_REMOUNT | flags, data)


@contextlib.contextmanager
def no_room(target):
    """No byte can be written below TARGET, a tmpfs."""
    st = os.statvfs(target)
    used = (st.f_blocks - st.f_bfree) * st.f_frsize
    remount(target, data="size=%d" % max(used, 4096))
    path = os.path.join(target, ".filler")
    try:
        with open(path, "wb") as f:
            while f.write(b"x" * 4096):
                f.flush()
    except OSError:
        pass
    yield
    os.unlink(path)
    remount(target, data="size=50%")


@contextlib.contextmanager
def no_inodes(target):
    st = os.statvfs(target)
    remount(target, data="nr_inodes=%d" % max(st.f_files - st.f_ffree, 1))
    yield
    remount(target, data="nr_inodes=100000")


@contextlib.contextmanager
def read_only(target):
    """By a mount over it: holdfastd has the file of counters mapped, and with that /run itself stays writable."""
    world.bind(target, target, readonly=True)
    yield
    subprocess.run(["umount", "-l", target], check=True)


def test_full(host):
    table = Table(host)
    table.row("the first", HELD)
    for what, state in (("no room", no_room), ("no inodes", no_inodes), ("read-only", read_only)):
        with state("/run"):
            table.row("/run: " + what, EITHER)
        table.row("/run: no more " + what, HELD)
        with state("/tmp"), state("/dev/shm"):
            table.row("/tmp and /dev/shm: " + what, HELD)
    table.end()


def test_no_terminals(host):
    """As many as the client and sshd need, and none, or one more."""
    table = Table(host)
    for more in (0, 1):
        with ptys(2 + more):
            table.row("%d terminals more than a plain login needs" % more, HELD if more else PLAIN)
    table.row("terminals again", HELD)
    table.end()


@contextlib.contextmanager
def ptys(free):
    used = len(os.listdir("/dev/pts")) - 1
    options = "newinstance,ptmxmode=0666,mode=620,gid=5"
    remount("/dev/pts", world.MS_NOSUID | world.MS_NOEXEC, options + ",max=%d" % (used + free))
    yield
    remount("/dev/pts", world.MS_NOSUID | world.MS_NOEXEC, options + ",max=1000")


# limits ---------------------------------------------------------------------------------------------------------------

# Each from where all is well down to where not even a plain login is left; KB or numbers, as in limits.conf(5).
PROCESSES = (("nproc", (8, 6, 5, 4)),)
STEPS = (
    ("as", (60000, 40000, 30000, 20000, 16000, 12000, 9000)),
    ("data", (16000, 8000, 4000, 2000, 1000, 500)), ("stack", (8192, 1024, 256, 128)),
    ("nofile", (64, 32, 24, 16, 12, 10, 8)), ("fsize", (4096, 1024, 64, 1, 0)), ("memlock", (64, 0)),
    ("sigpending", (16, 1, 0)), ("msgqueue", (0,)), ("locks", (0,)), ("core", (0,)), ("rss", (0,)), ("nice", (0,)),
    ("rtprio", (0,)), ("cpu", (1,)),
)


def plain_works(host):
    """Whether a login that holdfast has no part in comes to its prompt, runs a program and ends."""
    try:
        return usable(host, ["-o", "SetEnv=LC_HOLDFAST=off"])
    except Failed:
        return None


def usable(host, options=()):
    t = host.ssh(options=options)
    try:
        t.prompt()
        ran = t.run("/bin/true")
        t.line("exit 7")
        return ran, t.wait_exit()
    finally:
        if t.alive():
            t.kill()
        t.close()
        host.terms.remove(t)


def test_process_limit(host):
    # The kernel counts by uid what runs in all worlds together.
    subprocess.run(["usermod", "-u", str(random.randrange(20000, 60000)), "alice"], check=True)
    with_limits(host, PROCESSES)


@takes_long
def test_limits(host):
    with_limits(host, [(name, turns.rows(values)) for name, values in STEPS])


def swept(host):
    """What was ended by the limit itself, now or in a moment, leaves its record and its entry to the next sweep."""
    host.holdfastd.send_signal(signal.SIGHUP)
    return not left(host)


def with_limits(host, steps):
    """A limit that a plain login can live with, a login with holdfast can live with: held, or plain."""
    Table(host)
    with open(LIMITS) as f:
        before = f.read()
    failed, tried = [], 0
    for resource_name, values in steps:
        for value in values:
            write(LIMITS, "%salice hard %s %d\n" % (before, resource_name, value))
            plain = plain_works(host)
            if plain is None:
                break
            tried += 1
            try:
                found = usable(host)
                if found != plain:
                    failed.append("%s %d: expected %s, found %s" % (resource_name, value, plain, found))
            except Failed as e:
                failed.append("%s %d: %s%s" % (resource_name, value, e, left(host)))
                host.ctl("alice", "kill", "-a")
            try:
                wait_until(lambda: swept(host), "nothing is left behind of %s %d" % (resource_name, value), 20, 0.3)
            except Failed as e:
                failed.append(str(e) + left(host))
    host.note("%d limits" % tried)
    check(not failed, " | ".join(failed))


# PAM ------------------------------------------------------------------------------------------------------------------

PAM_FILES = ("sshd", "common-session", "common-account", "common-auth", "other")


def test_pam_files(host):
    """A file of PAM's configuration that a plain login can do without, a login with holdfast can do without."""
    Table(host)
    failed, tried = [], 0
    for name in PAM_FILES:
        for breakage in (missing, empty, garbage, directory, loop):
            what = "%s: %s" % (breakage.__name__, name)
            with Broken(breakage, "/etc/pam.d/" + name):
                plain = plain_works(host)
                if plain is None:
                    continue
                tried += 1
                try:
                    found = usable(host)
                    if found != plain:
                        failed.append("%s: expected %s, found %s" % (what, plain, found))
                except Failed as e:
                    failed.append("%s: %s%s" % (what, e, left(host)))
                    host.ctl("alice", "kill", "-a")
    host.note("%d files of PAM's broken in some way that a plain login works with" % tried)
    check(tried, "no plain login worked with any")
    check(not failed, " | ".join(failed))


# configuration --------------------------------------------------------------------------------------------------------

CONF = "/etc/holdfast/holdfast.conf"
CONFIGS = (("a keyword that is not known", "NoSuch yes\n", PLAIN), ("an unknown value", "MaxSessions many\n", PLAIN),
           ("a line without an end", "LoginTimeout", PLAIN), ("a megabyte and more", "# x\n" * 300000, PLAIN),
           ("zeros", "\0" * 4096, PLAIN), ("Enable no", "Enable no\n", PLAIN), ("nothing", "", HELD),
           ("MaxSessions 0", "MaxSessions 0\n", PLAIN))


def test_configuration(host):
    table = Table(host)
    for what, text, expected in CONFIGS:
        write(CONF, text)
        table.row("holdfast.conf: " + what, expected, quiet=what == "Enable no")
    os.unlink(CONF)
    os.mkfifo(CONF)
    table.row("holdfast.conf: a fifo", PLAIN)
    os.unlink(CONF)
    for by, expected in ((a_file, PLAIN), (a_directory, PLAIN), (a_users, PLAIN), (a_dangling_link, EITHER)):
        by("/etc/holdfast/disabled")
        table.row("/etc/holdfast/disabled: " + by.__name__, expected, quiet=expected == PLAIN)
        remove_any("/etc/holdfast/disabled")
    for mode in (0, 0o700):
        with of_mode("/etc/holdfast", mode):
            table.row("/etc/holdfast: mode %04o" % mode, EITHER)
    write(RUN + "/drain", "")
    table.row("drained", PLAIN)
    os.unlink(RUN + "/drain")
    table.row("as it was", HELD)
    table.end()


def remove_any(path):
    if os.path.isdir(path) and not os.path.islink(path):
        os.rmdir(path)
    else:
        os.unlink(path)
