# SPDX-License-Identifier: MIT
"""What ended a session: the record, the log, what the attached person and the next login are told, holdfastctl last."""
import contextlib
import ctypes
import json
import os
import re
import signal
import stat
import subprocess

import framed
from framed import Framed
from term import check, equal, wait_until
from test_audit import audit, like

ENDS = "/var/lib/holdfast/ends"
RUNNING = "/var/lib/holdfast/running"


def records(host, user="alice"):
    """The user's records as root finds them: one dict each."""
    try:
        with open("%s/%d" % (ENDS, host.ids(user)[0])) as f:
            return [dict(word.split("=", 1) for word in line.split()) for line in f]
    except FileNotFoundError:
        return []


def record(host, count=1, user="alice"):
    return wait_until(lambda: len(records(host, user)) == count and records(host, user)[-1],
                      "%d records: %s" % (count, records(host, user)), 20)


def has(r, **want):
    want = {k.replace("_", "-") if k.startswith("by_") else k: v for k, v in want.items()}
    equal({k: r.get(k) for k in want}, want, "the record %s" % r)


def test_records(host):
    """An exit, a signal, root's kill, SIGTERM to the keeper, a kill of the keeper: each with its cause and its actor."""
    t = host.login()
    unique = audit(host, "create")["unique"]
    check(re.fullmatch(r"[0-9a-f]{16}", unique), "the session's unique id: %s" % unique)
    wait_until(lambda: len(os.listdir(RUNNING)) == 1, "the record of the session that runs")
    t.line("echo last words; exit 3")
    t.wait_exit()
    r = record(host)
    has(r, why="exit", by="shell", status="3", session="1", user="alice", unique=unique, attached="yes")
    equal(audit(host, "end")["unique"], unique, "the unique id in the log")
    equal(os.listdir(RUNNING), [], "records of sessions that run")
    t = host.login()
    t.line("kill -KILL $$")
    t.wait_exit()
    has(record(host, 2), why="signal", by="unknown", status="signal:9")
    t = host.login()
    subprocess.run(["/usr/bin/holdfastctl", "kill", "-u", "alice", "1"], check=True)
    has(record(host, 3), why="kill", by="process", by_program="holdfastctl", signal="1")
    like(host, audit(host, "end", 3), why="kill", **{"by-uid": "0", "by-program": "holdfastctl"})
    t = host.login()
    pid = host.session()["keeper_pid"]
    subprocess.run(["/bin/kill", "-TERM", str(pid)], check=True)
    has(record(host, 4), why="kill", by="process", signal="15", **{"said-by-keeper": "yes"})
    for path in (ENDS, RUNNING):
        st = os.stat(path)
        equal((st.st_uid, stat.S_IMODE(st.st_mode)), (0, 0o700), path)
    st = os.stat("%s/%d" % (ENDS, host.ids("alice")[0]))
    equal((st.st_uid, stat.S_IMODE(st.st_mode)), (0, 0o600), "alice's records")


def last(host, *args, user="alice"):
    return json.loads(host.ctl(user, "last", "--json", *args).stdout)["ends"]


def test_last(host):
    """A user sees the own records, root all; the latest first, as table, as one, as JSON."""
    for status in (1, 2):
        t = host.login()
        t.line("echo the last words; exit %d" % status)
        t.wait_exit()
        record(host, status)
    t = host.login("bob")
    t.line("exit 7")
    t.wait_exit()
    record(host, 1, "bob")
    mine = last(host)
    equal([e["status"] for e in mine], ["2", "1"], "alice's ends, the latest first")
    equal({e["user"] for e in mine}, {"alice"}, "whose they are")
    equal(len(last(host, mine[1]["unique"])), 1, "by its unique id")
    out = host.ctl("alice", "last", "1").stdout
    check(out.startswith("session 1") and "status    2\n" in out and "last line logout\n" in out, "last 1: %r" % out)
    table = host.ctl("alice", "last").stdout.splitlines()
    check(len(table) == 3 and table[1].endswith("exited with status 2"), "the table: %s" % table)
    r = host.as_user("alice", ["/usr/bin/holdfastctl", "last", "-a"])
    check(r.returncode == 1 and b"root" in r.stderr, "last -a by alice: %r" % r.stderr)
    r = host.as_user("alice", ["/usr/bin/holdfastctl", "last", "-u", "bob"])
    check(r.returncode == 1, "last -u bob by alice: %r" % r.stdout)
    r = host.as_user("alice", ["/usr/bin/holdfastctl", "last", "9"])
    equal(r.returncode, 3, "the exit status for a session that is not there")
    out = subprocess.run(["/usr/bin/holdfastctl", "last", "-a", "--json"], check=True, capture_output=True).stdout
    equal([e["user"] for e in json.loads(out)["ends"]], ["bob", "alice", "alice"], "root's list")
    host.stop_holdfastd()
    r = host.as_user("alice", ["/usr/bin/holdfastctl", "last"])
    check(r.returncode == 1 and b"holdfastd is not running" in r.stderr, "without holdfastd: %r" % r.stderr)


def test_others_cannot_ask(host):
    """A request for records has no uid in it: whoever asks gets the own ones, and a descriptor only to read."""
    for user in ("alice", "bob"):
        t = host.login(user)
        t.line("exit 7")
        t.wait_exit()
        record(host, 1, user)
    got = host.as_user("bob", ["/usr/bin/python3", "-c", ASK]).stdout.decode()
    check("user=bob" in got and "alice" not in got, "bob's records: %r" % got)
    check(got.endswith("refused\n"), "a write to them: %r" % got)


ASK = r"""
import array, os, socket, struct
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect("/run/holdfast/holdfastd.sock")
s.send(b"holdfast" + struct.pack(">II", 1, 3) + bytes(48))
while True:
    data, fds, _, _ = socket.recv_fds(s, 2048, 4)
    if data[0] == 8:
        break
print(os.read(fds[0], 65536).decode(), end="")
try:
    os.write(fds[0], b"x")
except OSError:
    print("refused")
"""


def test_told(host):
    """Who is attached reads who has ended the session; who was not, at the next login, once."""
    t = host.login()
    t.line("vi /etc/hosts")
    t.wait_for("localhost")
    subprocess.run(["/usr/bin/holdfastctl", "kill", "-u", "alice", "1"], check=True)
    t.wait_for(r"holdfast: session 1 was ended by root \(holdfastctl, process \d+\)")
    t.wait_exit()
    equal(record(host)["told"], "yes", "told")
    t = host.login()
    check("was ended by" not in t.text(), "the next login says it again: %r" % t.text())
    t.line("sleep 1000")
    wait_until(lambda: host.session()["program"] == "sleep", "sleep runs in front")
    host.drop(t)
    subprocess.run(["/usr/bin/holdfastctl", "kill", "-u", "alice", "1"], check=True)
    equal(record(host, 2).get("told"), None, "told, though nobody was there")
    equal(records(host)[-1]["program"], "sleep", "what ran in front")
    t = host.ssh()
    t.wait_for(r"holdfast: session 1 \(sleep\) was ended by root \(holdfastctl, process \d+\) at .*; holdfastctl last")
    equal(records(host)[-1]["told"], "yes", "told now")
    t2 = host.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    check("was ended by" not in t2.text(), "the second login says it again: %r" % t2.text())


def test_told_at_a_resume(host):
    """The line stands above a screen that is restored, in the line of the resume."""
    t = host.login()
    t2 = host.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    host.drop(t)
    host.drop(t2, 2)
    subprocess.run(["/usr/bin/holdfastctl", "kill", "-u", "alice", "2"], check=True)
    record(host)
    t = host.ssh()
    t.wait_for(r"resumed session 1 [^\x1b]*session 2 was ended by root \(holdfastctl")
    t.prompt()
    host.drop(t)
    t = host.ssh(env={"HOLDFAST_QUIET": "1"})
    t.wait_for("PROMPT")
    check("was ended" not in t.text(), "it is said again: %r" % t.text())


def test_killed_by_force(host):
    """Root ends a session whose keeper hangs: the record has root's name, and the attached login reads that."""
    t = host.login()
    os.kill(host.session()["keeper_pid"], signal.SIGSTOP)
    subprocess.run(["/usr/bin/holdfastctl", "kill", "-u", "alice", "-s", "KILL", "1"], check=True)
    r = record(host)
    has(r, why="kill", by="process", by_program="holdfastctl")
    check("said-by-keeper" not in r, "the leader knows itself")
    t.wait_for(r"session 1 .*was ended by root \(holdfastctl")


def test_framed(host):
    """A client that is there reads who has ended the session; one that returns later learns it from the error."""
    c = Framed(host)
    number = c.attach()["id"]
    kill = ["/usr/bin/holdfastctl", "kill", "-u", "alice", str(number)]
    killing = subprocess.Popen(kill)
    equal(c.wait_end()[0], framed.EXIT, "the end")
    c.send(framed.EXIT_ACK)
    equal(killing.wait(30), 0, "the exit status of kill")
    notice = [f.text() for k, f in c.log if k == framed.NOTICE]
    check(notice and "was ended by root (holdfastctl" in notice[0], "the notice: %s" % notice)
    c.kill()
    c = Framed(host)
    c.attach()
    c.kill()
    host.wait_sessions(1)
    subprocess.run(kill, check=True)
    d = Framed(host, c.stream)
    d.hello()
    d.send(framed.ATTACH, d.attach_body(framed.STREAM, want=str(number)))
    end = d.wait_end()
    equal(end[:2], (framed.ERROR, framed.NO_SESSION), "the answer")
    check(end[2].startswith("session %d" % number) and "was ended by root" in end[2], "its text: %r" % (end,))


def test_leader_killed(host):
    """A leader that was killed says nothing: holdfastd finds the record of its session."""
    t = host.login()
    s = host.session()
    os.kill(host.leader_of(s), signal.SIGKILL)
    host.ctl("alice", "kill", "-s", "KILL", "1")
    t.wait_exit()
    os.kill(host.holdfastd.pid, signal.SIGHUP)
    has(record(host), why="killed", by="unknown", session="1")
    check("seen_ms" in records(host)[0], "when it was seen last")
    equal(os.listdir(RUNNING), [], "records of sessions that run")
    check(audit(host, "lost")["why"] == "killed", "the audit line")


def test_without_a_place(host):
    """No record can be written: sessions start and end as ever, and the log has the audit line."""
    subprocess.run(["rm", "-rf", "/var/lib/holdfast"], check=True)
    with open("/var/lib/holdfast", "w"):
        pass
    t = host.login()
    t.line("exit 4")
    t.wait_exit()
    like(host, audit(host, "end"), status="4", why="exit")


TEXTS = "/home/alice/.local/state/holdfast/text"


def texts():
    return sorted(n for n in os.listdir(TEXTS) if n[0] != ".") if os.path.isdir(TEXTS) else []


def test_keep_text(host):
    """KeepText screen: the last screen, at the end and while dropped; for its user alone."""
    conf("KeepText screen\n")
    t = host.login()
    t.line("echo first-screen; exit 3")
    t.wait_exit()
    record(host)
    unique = last(host)[0]["unique"]
    wait_until(lambda: texts() == [unique], "the file of the session: %s" % texts())
    st = os.stat(os.path.join(TEXTS, unique))
    equal((st.st_uid, stat.S_IMODE(st.st_mode)), (host.ids("alice")[0], 0o600), "its owner and mode")
    out = host.ctl("alice", "last", "1").stdout
    check("The last screen:" in out and "\nfirst-screen\n" in out and "\x1b" not in out, "last 1: %r" % out)
    t = host.login()
    t.line("echo dropped-$((40+2)); printf '\\033[31mred\\033[m\\n'; sleep 1000")
    t.wait_for("dropped-42")
    host.drop(t)
    wait_until(lambda: len(texts()) == 2, "the file of the dropped session", 20)
    other = [n for n in texts() if n != unique][0]
    with open(os.path.join(TEXTS, other)) as f:
        check("\ndropped-42\nred\n" in f.read(), "the screen of the dropped session")
    os.kill(host.session()["keeper_pid"], signal.SIGKILL)
    wait_until(lambda: host.session()["keeper_pid"], "another keeper")
    host.ctl("alice", "kill", str(host.session()["id"]))
    record(host, 2)
    equal(len(texts()), 2, "files")


def test_keep_no_text(host):
    """By default nothing is kept; and a home directory that cannot be written to costs nothing but the text."""
    t = host.login()
    t.line("exit")
    t.wait_exit()
    record(host)
    equal(texts(), [], "files, without KeepText")
    conf("KeepText scrollback\n")
    subprocess.run(["mkdir", "-p", "/home/alice/.local"], check=True)
    subprocess.run(["chown", "0:0", "/home/alice/.local"], check=True)
    t = host.login()
    t.line("exit 5")
    equal(t.wait_exit(), 5, "the exit status")
    has(record(host, 2), status="5")


def conf(text):
    with open("/etc/holdfast/holdfast.conf", "w") as f:
        f.write(text)


@contextlib.contextmanager
def frozen(path):
    """Who opens PATH or a file in it waits (fanotify(7), permission events that nobody answers), as with fsfreeze(8)."""
    libc = ctypes.CDLL(None, use_errno=True)
    class_content, add, open_perm, on_dir, on_child = 4, 1, 0x10000, 0x40000000, 0x08000000
    fd = libc.fanotify_init(class_content, os.O_RDONLY)
    check(fd >= 0 and libc.fanotify_mark(fd, add, ctypes.c_uint64(open_perm | on_dir | on_child), -100, path.encode()) == 0,
          "fanotify: errno %d" % ctypes.get_errno())
    yield
    os.close(fd)


def test_frozen_disk(host):
    """A login that has something to be told does not wait for the disk, and the next one is told."""
    t = host.login()
    t.line("sleep 1000")
    wait_until(lambda: host.session()["program"] == "sleep", "sleep runs in front")
    host.drop(t)
    subprocess.run(["/usr/bin/holdfastctl", "kill", "-u", "alice", "1"], check=True)
    equal(record(host).get("told"), None, "told, though nobody was there")
    orphans = lambda: len([p for p in host.named("holdfastd") if host.parents(p)[1]["pid"] == 1])
    before = orphans()
    with frozen(ENDS):
        for _ in range(2):
            t = host.login()
            check(t.ask("$HOLDFAST_SESSION"), "not held: %r" % t.text())
            check("was ended by" not in t.text(), "told by a frozen disk: %r" % t.text())
            host.drop(t)
            host.ctl("alice", "kill", "1")
            host.wait_none()
        equal(orphans(), before + 1, "one waits for the disk, and not one of each login")
    wait_until(lambda: len(host.named("holdfastd")) == 1, "those who have waited have ended")
    t = host.login()
    check(t.ask("$HOLDFAST_SESSION") and "was ended by" in t.text(), "the next login is not told: %r" % t.text())
