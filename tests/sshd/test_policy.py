# SPDX-License-Identifier: MIT
"""holdfast.conf: limits, timeouts, Match blocks; and that a broken file costs nobody a login."""
import glob
import json
import re
import subprocess
import time

from template import write
from term import Skip, check, equal, wait_until

CONF = "/etc/holdfast/holdfast.conf"
OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]


def key2(host):
    with open("/home/laptop/.ssh/config") as f:
        write("/home/laptop/.ssh/config2", f.read().replace("/key1", "/key2"), 0o644)
    return ["-F", "/home/laptop/.ssh/config2"]


def fingerprint(key):
    out = subprocess.run(["ssh-keygen", "-l", "-f", "/home/laptop/.ssh/%s.pub" % key], capture_output=True, text=True)
    return out.stdout.split()[1]


def held(t):
    return t.ask("$HOLDFAST_SESSION") != ""


def since_drop(host, seconds):
    """Waits until the one session has been dropped for that long."""
    s = host.wait_sessions(1, "dropped")[0]
    wait_until(lambda: time.time() * 1000 > s["changed_ms"] + seconds * 1000, "%s s are over" % seconds)


def test_match_key(host):
    k2 = key2(host)
    write(CONF, "Match Key %s\n\tEnable no\n" % fingerprint("key2"))
    check(held(host.login()), "key1's shell is not held")
    check(not held(host.login(options=k2)), "key2's shell is held")


def test_match_key_of_a_certificate(host):
    """A certificate's key id, with wildcards."""
    ca, key = "/home/laptop/.ssh/ca", "/home/laptop/.ssh/key1"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", ca], check=True)
    subprocess.run(["ssh-keygen", "-q", "-s", ca, "-I", "guest-17", "-n", "alice", key + ".pub"], check=True)
    with open(ca + ".pub") as f:
        write("/etc/ssh/ca.pub", f.read())
    host.configure_sshd("TrustedUserCAKeys /etc/ssh/ca.pub\n")
    write("/home/alice/.ssh/authorized_keys", "", 0o600, host.ids("alice")[:2])
    write(CONF, "Match Key guest-*\n\tMaxSessions 0\n")
    check(not held(host.login()), "the guest's shell is held")
    write(CONF, "Match Key guest-*,!guest-17\n\tMaxSessions 0\n")
    check(held(host.login()), "the guest's shell is not held")


def test_match_address(host):
    write(CONF, "Match Address 127.0.0.2/32\n\tEnable no\n")
    check(held(host.login()), "not held from 127.0.0.1")
    check(not held(host.login(options=["-o", "BindAddress=127.0.0.2"])), "held from 127.0.0.2")


def test_match_group(host):
    subprocess.run(["groupadd", "plain"], check=True)
    subprocess.run(["usermod", "-aG", "plain", "bob"], check=True)
    write(CONF, "Match Group plain\n\tEnable no\n")
    check(held(host.login("alice")), "alice's shell is not held")
    check(not held(host.login("bob")), "bob's shell is held")


def test_total_limit(host):
    """One more than the host may hold, of another user: a normal shell, and a line that says why."""
    write(CONF, "MaxSessionsTotal 2\n")
    a, b = host.login("alice"), host.login("bob")
    check(held(a) and held(b), "the first two are held")
    t = host.login("chris")
    check(not held(t), "a third session")
    check("this host holds 2 sessions already" in t.text(), "it says %r" % t.text()[-300:])
    wait_until(lambda: host.syslog.find(r"event=refuse user=chris .*why=limit-total"), "the audit line")


def test_detached_timeout(host):
    """Over when nobody is attached, with whatever runs in it; and not while somebody is."""
    write(CONF, "DetachedTimeout 2s\n")
    t = host.login()
    pid = t.shell_pid()
    s = host.session()
    wait_until(lambda: time.time() * 1000 > s["created_ms"] + 3000, "three seconds of being attached are over")
    equal(t.shell_pid(), pid, "the attached shell")
    t.line("sleep 54321")
    wait_until(lambda: host.session()["program"] == "sleep", "a program in front")
    host.drop(t)
    host.wait_none()
    host.wait_gone(pid)
    wait_until(lambda: host.syslog.find(r"event=end .*why=DetachedTimeout"), "the audit line")
    check(not host.named("sleep", "alice"), "the program in front lives on")


def test_coming_back_stops_the_clock(host):
    write(CONF, "DetachedTimeout 4s\n")
    t = host.login()
    marked = host.mark(t)
    host.drop(t)
    t = host.ssh()
    marked.same(t)
    s = host.session()
    wait_until(lambda: time.time() * 1000 > s["changed_ms"] + 5000, "five seconds are over")
    marked.same(t)


def test_idle_shell_timeout(host):
    """Only a shell at its prompt, without a child and without a job, is ended."""
    write(CONF, "IdleShellTimeout 2s\n")
    idle, job, front, nohup = [host.login() for _ in range(4)]
    pids = [t.shell_pid() for t in (idle, job, front, nohup)]
    job.run("sleep 54321 & true")
    front.line("cat")
    nohup.run("(setsid -f sleep 1; exec sleep 54322 >/dev/null 2>&1 </dev/null &)")
    wait_until(lambda: [s for s in host.sessions() if s["program"] == "cat"], "cat is in front")
    for t in (idle, job, front, nohup):
        t.kill()
    left = host.wait_sessions(3, "dropped")
    host.wait_gone(pids[0])
    equal(sorted(s["shell_pid"] for s in left), sorted(pids[1:]), "the shells that are left")
    # a second look comes after the same time: the job has ended meanwhile
    subprocess.run(["kill", *[str(p["pid"]) for p in host.processes() if "54321" in p["cmd"]]], check=True)
    host.wait_gone(pids[1])
    host.wait_sessions(2, "dropped")
    wait_until(lambda: len(host.syslog.find(r"event=end .*why=IdleShellTimeout")) == 2, "the audit lines")


def become_bob(host, t):
    subprocess.run(["chpasswd"], input="bob:bob-secret\n", text=True, check=True)
    t.line("su bob")
    t.wait_for("assword:")
    t.line("bob-secret")
    t.prompt()
    equal(t.ask("$(id -un)"), "bob", "who")


def test_elevated_within_its_time(host):
    t = host.login()
    become_bob(host, t)
    host.drop(t)
    t = host.ssh()
    equal(t.ask("$(id -un)"), "bob", "who, after the resume")


def test_elevated_too_long(host):
    """A new shell, with a hint; by name it can be had."""
    write(CONF, "ElevatedTimeout 0\n")
    t = host.login()
    number = host.session()["id"]
    become_bob(host, t)
    host.drop(t)
    since_drop(host, 0.1)
    t = host.login()
    equal(t.ask("$(id -un)"), "alice", "who, in the new shell")
    check("holdfastctl attach %d" % number in t.text(), "no hint: %r" % t.text()[:300])
    wait_until(lambda: host.syslog.find(r"event=refuse user=alice .*session=%d .*why=elevated" % number), "the audit line")
    t.line("holdfastctl attach %d" % number)
    t.wait_for("resumed session")
    equal(t.ask("$(id -un)"), "bob", "who, attached by name")
    # without another user in front the time means nothing
    t.line("exit")
    t.wait_for("exit")
    equal(t.ask("$(id -un)"), "alice", "who, after exit")


def test_elevated_behind_a_pipe(host):
    """The first of a pipeline has ended; what is left in front is another user's."""
    write(CONF, "ElevatedTimeout 0\n")
    subprocess.run(["chpasswd"], input="bob:bob-secret\n", text=True, check=True)
    t = host.login()
    pid = t.shell_pid()
    t.line("true | su bob -c 'echo is''bob; exec sleep 1000' </dev/tty")
    t.wait_for("assword:")
    t.line("bob-secret")
    t.wait_for("isbob")
    host.drop(t)
    since_drop(host, 0.1)
    check(host.login().shell_pid() != pid, "it was resumed")


def test_elevated_does_not_concern_others(host):
    write(CONF, "ElevatedTimeout 0\n")
    t = host.login()
    marked = host.mark(t)
    host.drop(t)
    since_drop(host, 0.1)
    marked.same(host.ssh())


def test_match_key_no(host):
    """All identities of the user are one."""
    k2 = key2(host)
    write(CONF, "MatchKey no\n")
    t = host.login()
    marked = host.mark(t)
    host.drop(t)
    marked.same(host.ssh(options=k2))


def test_take_over_no(host):
    write(CONF, "TakeOver no\n")
    work = ["-o", "SetEnv=LC_HOLDFAST=work"]
    t = host.login(options=work)
    pid = t.shell_pid()
    t2 = host.login(options=work)
    check(not held(t2), "the live session was taken")
    check("taking over is not allowed" in t2.text(), "it says %r" % t2.text()[:300])
    equal(t.shell_pid(), pid, "the first is still there")
    wait_until(lambda: host.syslog.find(r"event=refuse user=alice .*why=take-over"), "the audit line")
    # nobody is attached: then it is no taking over
    host.drop(t)
    equal(host.ssh(options=work).shell_pid(), pid, "the dropped session by name")


def test_accept_env(host):
    host.configure_sshd("AcceptEnv FOO BAR LC_*\n")
    env = ["-o", "SetEnv=FOO=1 BAR=2 LC_PAPER=C"]
    write(CONF, "AcceptEnv LC_* FOO\n")
    t = host.login(options=env)
    equal((t.ask("$FOO"), t.ask("$BAR"), t.ask("$LC_PAPER"), t.ask("$TERM")), ("1", "", "C", "xterm-256color"),
          "variables")
    check(t.ask("$SSH_CONNECTION"), "no SSH_CONNECTION")
    t.line("exit")
    t.wait_exit()
    write(CONF, "AcceptEnv none\n")
    t = host.login(options=env)
    equal((t.ask("$FOO"), t.ask("$LC_PAPER"), t.ask("$HOME")), ("", "", "/home/alice"), "variables")


def test_broken_file_stops_no_login(host):
    t = host.login()
    pid = t.shell_pid()
    write(CONF, "MaxSessions 3\nMatch User alice\n\tDetachedTimeout soon\n")
    t2 = host.login()
    check(not held(t2), "held with a broken file")
    lines = wait_until(lambda: host.syslog.find(r"holdfast.conf:3: DetachedTimeout: expected none or a time"), "the log line")
    check("no new sessions until this is fixed" in lines[0], lines[0])
    equal(t.shell_pid(), pid, "the session that runs")
    r = host.ctl("alice", "check-config")
    equal(r.returncode, 1, "the status of check-config")
    check("holdfast.conf:3: DetachedTimeout" in r.stderr, "it says %r" % r.stderr)
    write(CONF, "MaxSessions 3\n")
    check(held(host.login()), "mended, and not held")


def test_check_config(host):
    write(CONF, "MaxSessions 3\nMatch User bob Address 192.0.2.0/24\n\tRingSize 4M\nMatch Key guest\n\tEnable no\n")
    r = host.ctl("alice", "check-config")
    equal(r.returncode, 0, "status")
    check(re.search(r"^MaxSessions 3$", r.stdout, re.M) and "RingSize 2M" in r.stdout, r.stdout)
    r = host.ctl("alice", "check-config", "--user", "bob", "--address", "192.0.2.9", "--json")
    got = json.loads(r.stdout)
    equal((got["valid"], got["user"], got["policy"]["RingSize"], got["policy"]["MaxSessions"], got["policy"]["Enable"]),
          (True, "bob", "4M", "3", "yes"), "bob's policy")
    r = host.ctl("alice", "check-config", "-k", "guest")
    check("Enable no" in r.stdout, r.stdout)
    # what it prints is itself such a file
    write("/tmp/again", host.ctl("alice", "check-config").stdout)
    r = host.ctl("alice", "check-config", "-f", "/tmp/again", "--json")
    equal((r.returncode, json.loads(r.stdout)["policy"]["MaxSessions"]), (0, "3"), "its own output")
    write("/tmp/broken", "TakeOver \x1b[31m\n")
    r = host.ctl("alice", "check-config", "--file", "/tmp/broken")
    equal(r.returncode, 1, "the status for a broken draft")
    check("\x1b" not in r.stderr and "\\033" in r.stderr, "it prints %r" % r.stderr)
    equal(host.ctl("alice", "check-config", "--user", "nobody-here").returncode, 2, "status for no user")


def test_a_small_limit_of_files(host):
    """ulimit -f below RingSize, and below the size of wtmp: held all the same, and the limit is the shell's."""
    with open("/etc/security/limits.conf", "a") as f:
        f.write("alice hard fsize 64\n")
    with open("/var/log/wtmp", "ab") as f:
        f.truncate(384 * 1024)
    t = host.login()
    marked = host.mark(t)
    # KB; bash counts in blocks of 1024 bytes
    equal(t.ask("$(ulimit -H -f)"), "64", "the shell's limit")
    equal(t.run("seq 1 100000 | tail -n 1"), 0, "output of more than that")
    host.drop(t)
    t = host.ssh()
    marked.same(t)
    t.line("exit 3")
    equal(t.wait_exit(), 3, "status")
    host.wait_none()
    wait_until(lambda: host.syslog.find(r"event=end "), "its leader has lived to its end")


def test_maxlogins(host):
    """limits.conf as pam_limits itself reads it, which is in sshd's stack here: who is let in is held while there is room."""
    uid = host.ids("alice")[0]
    few, enough = "alice - maxlogins 1\n", "alice - maxlogins 10\n"
    for text, holds in (
            (few, False),
            (enough, True),
            (enough + "* hard maxlogins 1\n", True),
            ("%d:%d hard maxlogins 1\n" % (uid, uid + 10), False),
            ("* hard maxlogins 1\nalice -\n", True),
            ("* hard MaxLogins 1\n", False),
            ("%alice - maxlogins 1\n", False),
            ("%alice - maxlogins 3\n", True),
            ("%bob - maxlogins 1\n@bob - maxlogins 1\nbob - maxlogins 1\n", True)):
        write("/etc/security/limits.conf", text)
        t = host.login()
        equal(held(t), holds, "held with %r" % text)
        equal("(maxlogins)" in t.text(), not holds, "what is said with %r: %r" % (text, t.text()[-300:]))
        t.line("exit")
        equal(t.wait_exit(), 0, "status")
        host.wait_none()


def test_maxlogins_whose(host):
    """%group counts the logins of its members, % those of all users: by utmp, for there is no logind here."""
    for path in glob.glob("/usr/lib/*/security/pam_limits.so"):
        with open(path, "rb") as f:
            if b"sd_get_sessions" in f.read():
                raise Skip("pam_limits asks logind here, as in Debian 13: tests/systemd has limits: on it")
    others = [host.login("bob", options=OFF) for _ in range(3)]
    for text, holds in (("%alice - maxlogins 3\n", True), ("* - maxlogins 3\n", True), ("% - maxlogins 5\n", False),
                        ("* - maxsyslogins 5\n", False), ("% - maxlogins 6\n", True)):
        write("/etc/security/limits.conf", text)
        t = host.login()
        equal(held(t), holds, "held with %r" % text)
        t.line("exit")
        equal(t.wait_exit(), 0, "status")
        host.wait_none()
    for t in others:
        t.line("exit")
        t.wait_exit()
