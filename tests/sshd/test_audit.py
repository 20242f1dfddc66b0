# SPDX-License-Identifier: MIT
"""The audit lines of a session's life, and who(1): from the login's record, whatever the user says."""
import os
import re
import shutil
import signal
import struct
import subprocess

from template import write
from term import check, equal, wait_until

OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]


def fingerprint(key):
    out = subprocess.run(["ssh-keygen", "-l", "-f", "/home/laptop/.ssh/%s.pub" % key], capture_output=True, text=True)
    return out.stdout.split()[1]


def audit(host, event, count=1):
    """The fields of the COUNTth line of EVENT."""
    lines = wait_until(lambda: (host.syslog.find(r"event=%s " % event) + [None] * count)[count - 1] and
                       host.syslog.find(r"event=%s " % event), "an audit line %s" % event, 20)
    line = lines[count - 1]
    fields = dict(re.findall(r'([a-z-]+)=("[^"]*"|\S+)', line))
    check("holdfastd" in line, "not from holdfastd: " + line)
    return fields


def like(host, fields, key="key1", **want):
    uid = str(host.ids("alice")[0])
    want = {"user": "alice", "uid": uid, "address": "127.0.0.1", "key": fingerprint(key), **want}
    equal({k: fields.get(k) for k in want}, want, "the fields of %s" % fields)


def other_key():
    with open("/home/laptop/.ssh/config") as f:
        write("/home/laptop/.ssh/config2", f.read().replace("/key1", "/key2"))
    return ["-F", "/home/laptop/.ssh/config2"]


def test_a_life(host):
    """create, drop, resume, join, leave, take, end."""
    t = host.login()
    like(host, audit(host, "create"), session="1")
    host.drop(t)
    f = audit(host, "drop")
    like(host, f, session="1")
    check(f["duration"].isdigit(), "duration: %s" % f)
    t = host.login(options=["-o", "BindAddress=127.0.0.2"])
    f = audit(host, "resume")
    like(host, f, session="1", address="127.0.0.2")
    check(f["duration"].isdigit() and "other-key" not in f, "resume: %s" % f)
    t2 = host.login(options=OFF)
    t2.line("holdfastctl attach -j 1")
    like(host, audit(host, "join"), session="1")
    t2.kill()
    like(host, audit(host, "leave"), session="1")
    t3 = host.login(options=other_key() + ["-o", "SetEnv=LC_HOLDFAST=1"])
    like(host, audit(host, "take"), key="key2", session="1", **{"other-key": "yes"})
    like(host, audit(host, "leave", 2), address="127.0.0.2", why="taken")
    t.wait_exit()
    t3.line("exit 3")
    t3.wait_exit()
    like(host, audit(host, "end"), key="key2", session="1", status="3", why="exit")
    equal(len(host.syslog.find("event=drop ")), 1, "lines of drop")
    equal(len(host.syslog.find("event=(create|resume|join|take|end) ")), 5, "lines of the others")


def test_resume_of_another_key_by_name(host):
    t = host.login()
    host.drop(t)
    host.login(options=other_key() + ["-o", "SetEnv=LC_HOLDFAST=1"])
    like(host, audit(host, "resume"), key="key2", **{"other-key": "yes"})


def test_ends_by_signal_and_kill(host):
    t = host.login()
    t.line("kill -KILL $$")
    t.wait_exit()
    like(host, audit(host, "end"), status="signal:9", why="signal", by="unknown")
    t = host.login()
    host.ctl("alice", "kill", str(host.session()["id"]))
    like(host, audit(host, "end", 2), why="kill", by="process", **{"by-uid": str(host.ids("alice")[0]),
                                                                   "by-program": "holdfastctl", "signal": "1"})


def test_keeper_died(host):
    host.login()
    os.kill(host.session()["keeper_pid"], 9)
    f = audit(host, "keeper-died")
    equal((f["session"], f["status"]), ("1", "signal:9"), "session and status")


def test_forged_environment(host):
    """What the user's side says of itself is nowhere in the lines."""
    host.configure_sshd("PermitUserEnvironment yes\nAcceptEnv *\n")
    write("/home/alice/.ssh/environment", "SSH_CONNECTION=6.6.6.6 1 7.7.7.7 22\nSSH_CLIENT=6.6.6.6 1 22\n"
          "LOGNAME=root\nUSER=root\n", 0o600, host.ids("alice")[:2])
    t = host.login()
    like(host, audit(host, "create"))
    host.drop(t)
    t = host.login(options=["-o", "SetEnv=SSH_USER_AUTH=x SSH_AUTH_INFO_0=publickey"])
    like(host, audit(host, "resume"))
    check(not host.syslog.find(r"event=.*(6\.6\.6\.6|user=root)"), "a forged value is in the log")
    # from inside, with a ticket made up, and with a name that is none
    t.run("HOLDFAST_TICKET=%s holdfastctl attach nosuch; true" % ("0" * 32))
    t2 = host.login(options=OFF)
    t2.line("HOLDFAST_TICKET=%s holdfastctl attach -j 1" % ("1" * 32))
    f = wait_until(lambda: host.syslog.find("event=(refuse|attach) "), "the line about a ticket made up")[0]
    check("address=-" in f and "key=-" in f, f)


def test_names_with_control_characters(host):
    """Neither a log line nor a list is forged by what a client sends."""
    evil = "x\nNov 1 00:00:00 holdfastd[1]: event=create user=root"
    host.ssh(options=["-o", "SetEnv=LC_HOLDFAST=\"%s\"" % evil.replace("\n", "\x1b]0;")]).prompt()
    t = host.ssh(env={"LC_HOLDFAST": evil}, options=["-o", "SendEnv=LC_HOLDFAST"])
    t.prompt()
    check(not host.syslog.find(r"event=create user=root"), "a forged line")
    out = host.as_user("alice", ["/usr/bin/holdfastctl", "ls"]).stdout
    check(not re.search(rb"[\x00-\x09\x0b-\x1f\x7f-\xff]", out), "ls prints %r" % out)


# By name: from Debian 13 on who(1) asks logind by itself, and there is none here (tests/systemd/test_who.py).
UTMP, WTMP = "/run/utmp", "/var/log/wtmp"


def who(user="alice", path=UTMP):
    """The remote hosts that who(1) shows for USER."""
    out = subprocess.run(["who", path], capture_output=True, text=True).stdout
    return [re.search(r"\(([^)]*)\)", line).group(1) for line in out.splitlines() if line.startswith(user + " ")]


def test_who_and_last(host):
    """One entry for each attached person, with the host that he comes from now; none for a dropped session."""
    write(WTMP, "")
    t = host.login()
    equal(who(), ["127.0.0.1"], "who, after the login")
    host.drop(t)
    wait_until(lambda: who() == [], "nobody, when dropped")
    t = host.ssh(options=["-o", "BindAddress=127.0.0.2"])
    t.shell_pid()
    equal(who(), ["127.0.0.2"], "who, after the resume")
    t2 = host.login(options=["-o", "BindAddress=127.0.0.3"] + OFF)
    t2.line("holdfastctl attach -j 1")
    wait_until(lambda: host.session()["attachments"] == 2, "joined")
    equal(sorted(who()), ["127.0.0.2", "127.0.0.3"], "who, with two attached")
    equal(sorted(who(path=WTMP)), ["127.0.0.1", "127.0.0.2", "127.0.0.3"], "logins in wtmp")


def read_by_others(t, tty):
    """w, mesg and write find the shell in T, whose terminal is TTY: those of Debian 12, for 13 is without utmp.

    There w shows the terminal of the process that an entry names, and there is neither of the other two.
    """
    if shutil.which("mesg") and shutil.which("write"):
        check(re.search(r"w -hf alice$", t.ask("$(w -hf alice)")), "w: %r" % t.ask("$(w -hf alice)"))
        t.run("mesg n")
        equal(os.stat(tty).st_mode & 0o020, 0, "the group's right to write")
        t.run("mesg y")
        subprocess.run(["write", "alice"], input=b"WRITTEN-TO\n", check=True)
        t.wait_for("WRITTEN-TO")


def test_who_am_i(host):
    """The entry stands under the shell's own terminal: for who am i, w, mesg and write, from its start-up files on."""
    write("/home/alice/.bash_profile", "[ -z \"$HOLDFAST_SESSION\" ] || who -m /run/utmp >first\n. ~/.bashrc\n")
    t = host.login()
    with open("/home/alice/first") as f:
        first = f.read()
    line = t.ask("$(who -m /run/utmp)")
    check(re.match(r"alice +pts/\d+ .*\(127\.0\.0\.1\)", line), "who am i: %r" % line)
    equal(first.split(), line.split(), "who am i in .bash_profile")
    tty = t.ask("$(tty)")
    equal("/dev/" + line.split()[1], tty, "its terminal")
    read_by_others(t, tty)
    equal(who_lines("alice"), 1, "entries of alice")
    host.drop(t)
    # A login that is not held, attached for a while.
    t = host.login(options=OFF)
    own = t.ask("$(tty)")
    t.line("holdfastctl attach 1")
    t.wait_for("resumed")
    equal(t.ask("$(tty)"), tty, "the terminal in the session")
    equal("/dev/" + t.ask("$(who -m /run/utmp)").split()[1], tty, "who am i in the session")
    equal(who_lines("alice"), 1, "entries of alice")
    t.line("holdfastctl detach")
    t.wait_for(r"detached from session[^P]*PROMPT")
    equal(t.ask("$(tty)"), own, "the terminal of the login's own shell")
    line = wait_until(lambda: t.ask("$(who -m /run/utmp)"), "the login's own entry is back")
    equal("/dev/" + line.split()[1], own, "who am i after the detach")
    equal(who_lines("alice"), 1, "entries of alice, detached")
    t.line("exit")
    t.wait_exit()
    wait_until(lambda: who_lines("alice") == 0, "nobody is left")
    for entry in entries():
        check(entry[0] != 7, "left in utmp: %r" % (entry,))


def test_who_after_the_end_of_parts(host):
    """Whatever of a session is killed, nothing stale is shown, and a login that goes on is."""
    for part in ("keeper", "leader", "login"):
        t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
        s = host.session(state="attached")
        pid = {"keeper": s["keeper_pid"], "leader": host.leader_of(s)}.get(part) or host.named("holdfast-login")[0]
        os.kill(pid, signal.SIGKILL)
        if part == "login":
            # What is typed before that is for the session.
            t.wait_for("this shell is not held")
        if part == "leader":
            t.line("exit")
        else:
            wait_until(lambda: who_lines("alice") == 1 and t.ask("$(who -m /run/utmp)"), "the login's own entry, without the " + part)
            t.line("exit")
        t.wait_exit()
        wait_until(lambda: who_lines("alice") == 0, "nobody is shown, without the " + part)
        host.ctl("alice", "kill", "-a")
        host.wait_none()
    # What a leader could not take out goes with the next login.
    t = host.login()
    equal(len([e for e in entries() if e[0] == 7 and e[1]]), 1, "entries in utmp")


def who_lines(user):
    """How many entries of USER's a who(1) shows that reads utmp: of a process that lives."""
    return len([e for e in entries() if e[:2] == (7, user) and os.path.exists("/proc/%d" % e[2])])


def entries():
    """(type, user, pid) of each entry of utmp, as it is in the file."""
    with open(UTMP, "rb") as f:
        data = f.read()
    return [(struct.unpack_from("<h", data, i)[0], data[i + 44:i + 76].rstrip(b"\0").decode(),
             struct.unpack_from("<i", data, i + 4)[0]) for i in range(0, len(data), 384)]


def test_who_without_a_terminal(host):
    """A client on pipes has no terminal of sshd's: the session's own is entered while he is attached."""
    write(WTMP, "")
    p = subprocess.Popen(host.ssh_argv(options=["-T", "-o", "RequestTTY=no", "-o", "BindAddress=127.0.0.4"],
                                       host="server-resume"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         user=host.ids("laptop")[0], group=host.ids("laptop")[1], extra_groups=[],
                         env={"HOME": "/home/laptop", "PATH": "/usr/bin:/bin"})
    # A person, not a client: the first byte says so.
    p.stdin.write(b"\n")
    p.stdin.flush()
    wait_until(lambda: who() == ["127.0.0.4"], "who shows him")
    p.kill()
    p.wait()
    host.wait_sessions(1, "dropped")
    wait_until(lambda: who() == [], "who shows nobody")
    t = host.login()
    equal(who(), ["127.0.0.1"], "with a terminal: sshd's entry alone")
    t.line("exit")
    t.wait_exit()
    wait_until(lambda: who() == [], "nobody is left")
