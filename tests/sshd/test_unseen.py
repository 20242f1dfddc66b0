# SPDX-License-Identifier: MIT
"""Logins that holdfastd has not seen: it hung or was stopped, the kill switch was on, or the shell has no hook."""
import contextlib
import ctypes
import os
import signal
import struct

from host import RUN, takes_long
from template import write
from term import check, equal, wait_until
from test_why import NONE, PLAIN, own_rules, reason, reasons, shell


def age(pid):
    """Seconds since the process was started."""
    with open("/proc/%d/stat" % pid) as f:
        start = int(f.read().rsplit(")", 1)[1].split()[19]) / os.sysconf("SC_CLK_TCK")
    with open("/proc/uptime") as f:
        return float(f.read().split()[0]) - start


@contextlib.contextmanager
def untouched_store(host):
    """holdfastd itself, for which all logins wait, opens nothing below /var/lib/holdfast (fanotify(7))."""
    libc = ctypes.CDLL(None, use_errno=True)
    on_open, on_dir, nonblock, add_mount = 0x20, 0x40000000, 2, 0x11
    fd = libc.fanotify_init(nonblock, os.O_RDONLY)
    check(fd >= 0 and libc.fanotify_mark(fd, add_mount, ctypes.c_uint64(on_open | on_dir), -100, b"/var/lib") == 0,
          "fanotify: errno %d" % ctypes.get_errno())
    daemons, seen = {host.holdfastd.pid}, []
    yield daemons
    with contextlib.suppress(BlockingIOError):
        while True:
            data = os.read(fd, 4096)
            for at in range(0, len(data), 24):
                opened, pid = struct.unpack("=ii", data[at + 16:at + 24])
                path = os.readlink("/proc/self/fd/%d" % opened)
                os.close(opened)
                if path.startswith("/var/lib/holdfast"):
                    seen.append((pid, path))
    os.close(fd)
    check(seen, "nobody has opened the store")
    equal([path for pid, path in seen if pid in daemons], [], "what holdfastd itself has opened")


def test_away(host):
    """holdfastd hung, a helper killed, holdfastd stopped, and a shell without a hook."""
    with untouched_store(host) as daemons:
        away(host, daemons)


def away(host, daemons):
    no_hook = host.login("alice", options=["-o", "SetEnv=LC_HOLDFAST=off"])
    reason(host, "off-client")
    os.kill(host.holdfastd.pid, signal.SIGSTOP)
    t = host.login()
    check(t.ask("$HOLDFAST_SESSION") == "" and "holdfastd does not answer" in t.text(), "hung: %r" % t.text())
    os.kill(host.holdfastd.pid, signal.SIGCONT)
    r = reason(host, "gave-up")
    equal((r["event"], r["address"], r["said_by_user"]), ("aside", "127.0.0.1", False), "hung: %s" % r)
    with own_rules("session required pam_exec.so quiet /bin/sleep 100\n", "LoginTimeout 1m\n"):
        t = host.ssh()
        # the login asks a second time
        for count in (1, 2):
            wait_until(lambda: len(host.named("sleep")) == count, "PAM of another leader")
            for p in host.named("holdfastd"):
                if p != host.holdfastd.pid:
                    os.kill(p, signal.SIGKILL)
        t.prompt()
        check("ended without an answer" in t.text(), "a killed leader: %r" % t.text())
        t.kill()
    r = reason(host, "helper-died")
    equal((r["event"], r["user"], r["address"]), ("refuse", "alice", "127.0.0.1"), "killed: %s" % r)
    check("killed by SIGKILL" in r["text"] and "pam_open_session" in r["text"], "killed: %s" % r)
    for p in host.named("sleep"):
        os.kill(p, signal.SIGKILL)
    # A login of before that an older holdfastd, which did not mark them, has answered.
    for name in os.listdir("/run/holdfast/logins"):
        os.utime("/run/holdfast/logins/" + name)
    host.stop_holdfastd()
    r = host.ctl("alice", "why")
    equal((r.returncode, "holdfastd is not running" in r.stderr), (1, True), "why without holdfastd: %s" % r)
    check("now: holdfastd is not running" in host.ctl("root", "why", "alice").stdout, "root's why without holdfastd")
    t = host.login()
    check("holdfastd is not running" in t.text(), t.text())
    sshd = host.sshd_of("alice", "monitor")[-1]
    wait_until(lambda: age(sshd) > 6, "the login is some seconds old", 20)
    host.start_holdfastd()
    daemons.add(host.holdfastd.pid)
    r = reason(host, "unknown")
    equal((r["event"], r["got"], r["said_by_user"], r["address"]), ("aside", PLAIN, False, "127.0.0.1"),
          "stopped: %s" % r)
    check("it had been stopped" in r["text"], "stopped: %s" % r)
    equal(r["times"], 1, "the login of before is not meant")
    no_hook.kill()


def test_over_while_stopped(host):
    """Logins that began and ended while holdfastd was stopped: the module has left word, and why shows it, once."""
    before = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    reason(host, "off-client")
    # It lives on in a command, which asks for nothing.
    older = host.ssh("bob", args=["sleep 1000"])
    wait_until(lambda: host.named("sleep"), "bob's command")
    host.stop_holdfastd()
    held, text = shell(host)
    check(not held and "holdfastd is not running" in text, "stopped: %r" % text)
    host.ssh_run("chris", args=["true"])
    # This one's sshd cannot say anything any more.
    t = host.login("dan")
    for pid in host.sshd_of("dan", "monitor") + host.sshd_of("dan", "user"):
        os.kill(pid, signal.SIGKILL)
    t.wait_exit()
    older.kill()
    before.kill()
    for user in "alice", "bob":
        wait_until(lambda user=user: not host.sshd_of(user, "monitor"), "the logins of " + user + " have ended")
    r = reasons(host)[-1]
    equal((r["why"], r["got"], r["times"]), ("unknown", NONE, 1), "root's why without holdfastd: %s" % r)
    host.start_holdfastd()
    for user in "alice", "chris", "dan":
        wait_until(lambda user=user: "it had been stopped" in (reasons(host, user) or [{"text": ""}])[-1]["text"],
                   "the reason for %s: %s" % (user, reasons(host, user)))
        equal(reasons(host, user, by=user)[-1], reasons(host, user)[-1], "what %s sees" % user)
        r = reasons(host, user)[-1]
        equal((r["event"], r["why"], r["got"], r["said_by_user"], r["user"], r["address"], r["times"]),
              ("aside", "unknown", NONE, False, user, "127.0.0.1", 1), "the reason %s" % r)
        check(r["text"].endswith("it had been stopped; the login is over, and may have been a command"), "%s" % r)
        equal(len(host.syslog.find("event=aside user=%s .*from=module why=unknown" % user)), 1, "lines of " + user)
    equal(reasons(host, "bob"), [], "a login that was there before is not meant")
    equal([n for n in os.listdir(RUN + "/logins") if n != ".lock"], [], "files that are left")
    # What is known is not told again, and what it sees itself holdfastd does not take for unknown.
    host.stop_holdfastd()
    host.start_holdfastd()
    host.ssh_run(args=["true"])
    shell(host, "-o", "SetEnv=LC_HOLDFAST=off")
    wait_until(lambda: reasons(host)[-1]["why"] == "off-client", "the login after that")
    equal([(r["why"], r["times"]) for r in reasons(host)], [("off-client", 1), ("unknown", 1), ("off-client", 1)],
          "in all")


def swept(host):
    """holdfastd's sweeper has looked at all logins since: it removes empty directories after that."""
    os.mkdir(RUN + "/sessions/4711")
    os.kill(host.holdfastd.pid, signal.SIGHUP)
    wait_until(lambda: not os.path.exists(RUN + "/sessions/4711"), "the sweeper has looked")


@takes_long
def test_no_hook(host):
    """A login shell that has not run the hook is told of once it is old enough; what has no shell is not."""
    os.rename("/etc/profile.d/00-holdfast.sh", "/etc/profile.d/00-holdfast.away")
    t = host.login()
    equal(t.ask("$HOLDFAST_SESSION"), "", "a shell without a hook")
    command = host.ssh("bob", args=["sleep 1000"])
    wait_until(lambda: host.sshd_of("bob", "monitor"), "bob's command")
    logins = host.sshd_of("alice", "monitor") + host.sshd_of("bob", "monitor")
    wait_until(lambda: min(age(p) for p in logins) > 10, "half of the time", 30)
    check(max(age(p) for p in logins) < 19, "the machine is too slow for this")
    swept(host)
    equal(reasons(host), [], "it may come to the hook yet")
    wait_until(lambda: min(age(p) for p in logins) > 21, "the logins are old enough", 40)
    for _ in range(2):
        swept(host)
        r = reason(host, "no-hook")
        equal((r["event"], r["got"], r["said_by_user"], r["user"], r["address"], r["times"]),
              ("aside", PLAIN, False, "alice", "127.0.0.1", 1), "the reason %s" % r)
    check("start-up files" in r["mend"], "%s" % r)
    equal(reasons(host, "bob"), [], "a command's login")
    command.kill()


def test_switched_off(host):
    """Each login has its reason, in the log and for why, with holdfastd and without, and costs the terminal no byte."""
    write("/etc/holdfast/disabled", "")
    before = len(reasons(host))
    host.stop_holdfastd()
    for count in (1, 2):
        held, text = shell(host)
        check(not held and "holdfast" not in text, "switched off: %r" % text)
        equal([r["times"] for r in reasons(host)[before:]], [count], "logins, for root")
    host.ssh_run("bob", args=["true"])
    out = host.ctl("root", "why").stdout
    check("switched off on this host since" in out, "why with the kill switch: %s" % out)
    host.start_holdfastd()
    shell(host)
    for by in "root", "alice":
        r = reasons(host, by=by)[-1]
        equal((r["event"], r["why"], r["got"], r["said_by_user"], r["user"], r["address"], r["times"]),
              ("aside", "disabled", NONE, False, "alice", "127.0.0.1", 3), "the reason for %s" % by)
    equal([(r["why"], r["times"]) for r in reasons(host, "bob", by="bob")], [("disabled", 1)], "what bob sees")
    line = r"pam_holdfast\(sshd:session\): event=aside user=%s address=127\.0\.0\.1 from=module why=disabled$"
    equal([len(host.syslog.find(line % user)) for user in ("alice", "bob")], [3, 1], "lines in the log")
    # They are in the store, once.
    host.stop_holdfastd()
    equal([r["times"] for r in reasons(host) if r["why"] == "disabled"], [3], "once more")
    equal([n for n in os.listdir(RUN + "/logins") if n.startswith(".off")], [], "files that are left")
    os.unlink("/etc/holdfast/disabled")
    host.start_holdfastd()
    check(host.login().ask("$HOLDFAST_SESSION"), "switched on: not held")


def test_uninstalled(host):
    """The last session of an uninstalled holdfast leaves no file in /run, whatever there was of logins."""
    t = host.login()
    write("/etc/holdfast/disabled", "")
    host.ssh_run("bob", args=["true"])
    host.stop_holdfastd()
    os.unlink("/etc/holdfast/disabled")
    host.ssh_run("chris", args=["true"])
    wait_until(lambda: sorted(n[:4] for n in os.listdir(RUN + "/logins") if n[:4] in (".off", ".awa")) == [".awa", ".off"],
               "both files")
    host.drop(t)
    wait_until(lambda: not host.records(), "the record of the login is gone")
    for path in RUN + "/holdfastd.sock", "/usr/sbin/holdfastd":
        if os.path.exists(path):
            os.unlink(path)
    equal(host.ctl("alice", "kill", "1").returncode, 0, "kill")
    wait_until(lambda: not os.path.exists(RUN), lambda: "nothing is left of %s" % [d for d in os.walk(RUN)])
