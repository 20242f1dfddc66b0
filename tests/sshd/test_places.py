# SPDX-License-Identifier: MIT
"""Sessions' sockets, which leaders make: found by their owners, made anew, and root's way past a keeper that is silent."""
import grp
import os
import shutil
import signal
import socket
import struct
import subprocess

from host import RUN
from template import write
from term import check, equal, wait_until

WHO, KILL = 1, 2
MAGIC = 0x68666c31
DONE, DENIED = 1, 2


def place(host, number, user="alice"):
    return "%s/sessions/%d/%d" % (RUN, host.ids(user)[0], number)


def ask_leader(path, op):
    """What a leader answers, as a dictionary, and the connection."""
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.settimeout(60)
    s.connect(path + "/leader")
    s.send(struct.pack(">IIQ", MAGIC, op, 0))
    v = struct.unpack(">7IQQII40s", s.recv(1000))
    keys = ("magic", "op", "result", "session", "state", "keeper", "shell", "start", "created", "attachments", "killed",
            "name")
    return dict(zip(keys, v)), s


def test_who(host):
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=work"])
    s = host.session()
    got, c = ask_leader(place(host, s["id"]), WHO)
    c.close()
    equal((got["result"], got["session"], got["state"], got["keeper"], got["shell"]),
          (DONE, s["id"], 2, s["keeper_pid"], s["shell_pid"]), "what the leader says")
    equal(got["name"].rstrip(b"\0"), b"work", "the name")
    equal(got["attachments"], 1, "attachments")
    check(0 <= got["created"] - s["created_ms"] < 60000 or 0 <= s["created_ms"] - got["created"] < 60000, "created")
    host.ctl("alice", "rename", str(s["id"]), "play")
    wait_until(lambda: ask_leader(place(host, s["id"]), WHO)[0]["name"].rstrip(b"\0") == b"play", "the new name")
    # a keeper that does not answer
    os.kill(s["keeper_pid"], signal.SIGSTOP)
    got, c = ask_leader(place(host, s["id"]), WHO)
    c.close()
    equal(got["keeper"], s["keeper_pid"], "the keeper of a session whose keeper is stopped")
    os.kill(s["keeper_pid"], signal.SIGCONT)
    equal(t.run("true"), 0, "a command")


ASK = r"""
import socket, struct, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect(sys.argv[1] + "/leader")
s.send(struct.pack(">IIQ", 0x68666c31, 2, 0))
print(struct.unpack(">3I", s.recv(1000)[:12])[2])
"""


def test_kill_is_for_root(host):
    t = host.login()
    marked = host.mark(t)
    path = place(host, 1)
    r = host.as_user("alice", ["/usr/bin/python3", "-c", ASK, path], text=True)
    equal(r.stdout, "%d\n" % DENIED, "the leader's answer to the user (%s)" % r.stderr)
    check(host.as_user("bob", ["/usr/bin/python3", "-c", ASK, path]).returncode != 0, "bob reaches alice's leader")
    marked.same(t)


def test_kill_a_silent_keeper(host):
    """All of the session goes, also what ignores hang-ups and has left its parents, and only that."""
    other = host.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    marked = host.mark(other)
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    keep = host.session(shell_pid=other.shell_pid())
    s = [x for x in host.sessions() if x["id"] != keep["id"]][0]
    t.run("trap '' HUP; (nohup sleep 4711 >/dev/null 2>&1 &)")
    os.kill(s["keeper_pid"], signal.SIGSTOP)
    got, c = ask_leader(place(host, s["id"]), KILL)
    equal(got["result"], DONE, "the leader's answer")
    check(got["killed"] >= 3, "killed: %d" % got["killed"])
    equal(c.recv(10), b"", "the end of the session is the end of the connection")
    for pid in (s["keeper_pid"], s["shell_pid"]):
        host.wait_gone(pid)
    wait_until(lambda: not [p for p in host.processes() if "sleep 4711" in p["cmd"]], "its job is gone")
    equal([x["id"] for x in host.sessions()], [keep["id"]], "sessions")
    check(not os.path.exists(place(host, s["id"])), "its directory is there")
    marked.same(other)
    check(host.syslog.find("event=end .*session=%d .*status=signal:9 why=kill" % s["id"]), "the audit line")


def junk(path, data):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.settimeout(60)
    s.connect(path + "/leader")
    try:
        s.send(data)
        return s.recv(1000)
    except ConnectionError:
        return b""


def test_bad_requests(host):
    """A leader that is told nonsense, and asked by more than it has room for, goes on."""
    t = host.login()
    marked = host.mark(t)
    path = place(host, 1)
    for data in (b"x", b"\0" * 16, struct.pack(">IIQ", MAGIC, 99, 0), struct.pack(">IIQ", MAGIC, 1, 1),
                 struct.pack(">IIQ", MAGIC + 1, 1, 0), b"\0" * 15, b"\0" * 17, b"\0" * 65536):
        equal(junk(path, data), b"", "an answer to %r" % data[:16])
    silent = []
    for _ in range(20):
        c = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        c.connect(path + "/leader")
        silent.append(c)
    got, c = ask_leader(path, WHO)
    equal(got["result"], DONE, "an answer beside twenty that say nothing")
    c.close()
    marked.same(t)
    host.drop(t)
    marked.same(host.ssh())


def test_another_group(host):
    """sg, newgrp, and a changed group in passwd: the kernel does not let a keeper look at such a process."""
    subprocess.run(["groupadd", "team"], check=True)
    subprocess.run(["usermod", "-aG", "team", "alice"], check=True)
    t = host.login()
    marked = host.mark(t)
    gid = grp.getgrnam("team").gr_gid
    uid = host.ids("alice")[0]
    env = {"PATH": "/usr/bin:/bin", "HOME": "/home/alice"}

    def ls(*wrapper):
        r = subprocess.run([*wrapper, "/usr/bin/holdfastctl", "ls"], user=uid, group=gid, extra_groups=[gid], env=env,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
        return r.stdout
    check("attached" in ls(), "not found with another group: %s" % ls())
    # the same out of a sandbox is nobody's, whoever looks
    for wrapper in (("setpriv", "--no-new-privs"), ("unshare", "--user")):
        if subprocess.run([*wrapper, "true"], user=uid, group=gid, extra_groups=[gid]).returncode == 0:
            check("attached" not in ls(*wrapper), "found out of %s" % " ".join(wrapper))
    host.drop(t)
    subprocess.run(["usermod", "-g", "team", "alice"], check=True)
    marked.same(host.ssh())


def test_hung_leader(host):
    """It is as little an obstacle to resuming as a dead one, time after time."""
    t = host.login()
    marked = host.mark(t)
    leader = host.leader_of(host.session())
    os.kill(leader, signal.SIGSTOP)
    for _ in range(3):
        host.drop(t)
        t = host.ssh()
        marked.same(t)
    # the end of its shell ends the session for who looks for it, and it is cleared away when the leader is back
    t.line("exit")
    t.wait_exit()
    host.wait_none()
    equal(host.login().run("true"), 0, "a command in the next login")
    host.wait_sessions(1, None)
    os.kill(leader, signal.SIGCONT)
    host.wait_gone(leader)


def test_limit_without_leaders(host):
    """MaxSessions counts sessions that go on without their leaders."""
    write("/etc/holdfast/holdfast.conf", "MaxSessions 2\n")
    new = ["-o", "SetEnv=LC_HOLDFAST=new"]
    a, b = host.login(options=new), host.login(options=new)
    for s in host.sessions():
        leader = host.leader_of(s)
        os.kill(leader, signal.SIGKILL)
        host.wait_gone(leader)
    host.stop_holdfastd()
    host.start_holdfastd()
    c = host.login(options=new)
    equal(c.ask("$HOLDFAST_SESSION"), "", "a third session")
    equal(len(host.sessions()), 2, "sessions")
    # over: their places count no more, and the sweep takes them away
    keepers = [s["keeper_pid"] for s in host.sessions()]
    host.ctl("alice", "kill", "-a")
    for pid in keepers:
        host.wait_gone(pid)
    d = host.login(options=new)
    check(d.ask("$HOLDFAST_SESSION") != "", "no session though there is room")
    left = [n for n in os.listdir(os.path.dirname(place(host, 1))) if n in ("1", "2")]
    check(left, "the dead leaders' directories")
    for n in left:
        os.utime(os.path.dirname(place(host, 1)) + "/" + n, (0, 1))
    host.holdfastd.send_signal(signal.SIGHUP)
    wait_until(lambda: len(os.listdir(os.path.dirname(place(host, 1)))) == 1, "they are swept away")
    check(d.alive() and a is not None and b is not None, "the last one is there")


def test_removed(host):
    """rm -rf /run/holdfast, and one socket: sessions and daemon come back by themselves."""
    env = ["-o", "SetEnv=LC_HOLDFAST=new"]
    t, u = host.login(options=env), host.login(options=env)
    marked = host.mark(t)
    pid = t.shell_pid()
    sock = t.ask("$HOLDFAST_PLACE")
    for name in ("sock", "leader"):
        path = "%s/%s" % (sock, name)
        old = os.stat(path).st_ino
        os.unlink(path)
        wait_until(lambda: os.path.exists(path) and os.stat(path).st_ino != old, name + " is there again")
    host.wait_sessions(2, "attached")
    shutil.rmtree(RUN, ignore_errors=True)
    wait_until(lambda: os.path.exists(RUN + "/holdfastd.sock"), "holdfastd's socket is there again")

    host.wait_sessions(2, "attached")
    for path, mode in ((RUN, 0o755), (RUN + "/logins", 0o700), (RUN + "/leaders", 0o700), (RUN + "/sessions", 0o755)):
        st = os.stat(path)
        equal((st.st_uid, st.st_mode & 0o7777), (0, mode), "owner and mode of " + path)
    equal(t.ask("$HOLDFAST_PLACE"), sock, "the place")
    equal(len(os.listdir(RUN + "/leaders")), 2, "entries in the register")
    marked.same(t)
    host.drop(t, 1)
    host.drop(u, 2)
    # by number: the window that was used last is anybody's
    v = host.ssh(options=["-o", "SetEnv=LC_HOLDFAST=%d" % host.session(shell_pid=pid)["id"]])
    marked.same(v)
    # and new ones are made
    w = host.login(options=env)
    equal(w.ask("${HOLDFAST_SESSION:+held}"), "held", "a login afterwards")


def test_removed_without_daemon(host):
    """Leaders make the top level, too; a daemon that starts finds it."""
    t = host.login()
    marked = host.mark(t)
    host.stop_holdfastd()
    shutil.rmtree(RUN, ignore_errors=True)
    host.wait_sessions(1, "attached")
    host.start_holdfastd()
    host.drop(t)
    marked.same(host.ssh())


OLD = r"""
import ctypes, os, socket, sys, time
path, real, uid, gid, name = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
# a process of root's, as a leader: its name is all that a user sees of it
ctypes.CDLL(None).prctl(15, name.encode(), 0, 0, 0)
if os.fork():
    os.wait()
    sys.exit()
os.setgroups([])
os.setgid(gid)
os.setuid(uid)
os.mkdir(path, 0o700)
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.bind(path + "/sock")
os.chmod(path + "/sock", 0o600)
s.listen(64)
while True:
    c, _ = s.accept()
    m = c.recv(100000)
    if m[:1] == b"\1":
        r = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        r.connect(real + "/sock")
        r.send(m)
        c.send(r.recv(65536))
    c.close()
"""


def test_keepers_of_the_version_before(host):
    """They are found where they made their places, in the user's own directory; what else answers there is not."""
    t = host.login()
    uid, gid, _ = host.ids("alice")
    users = "%s/users/%d" % (RUN, uid)
    os.makedirs(users)
    os.chown(users, uid, gid)
    os.chmod(users, 0o700)
    write("/var/old.py", OLD)
    procs = [subprocess.Popen(["/usr/bin/python3", "/var/old.py", "%s/%d" % (users, n), place(host, 1), str(uid), str(gid),
                               name]) for n, name in ((71, "holdfastd"), (72, "somebody"))]
    for n in (71, 72):
        wait_until(lambda: os.path.exists("%s/%d/sock" % (users, n)), "%d listens" % n)
    wait_until(lambda: [s["id"] for s in host.sessions()] == [1, 71], "the one with a leader is found, and only that")
    everybody = host.ctl("root", "ls", "-a").stdout
    check(" 71 " in everybody and " 72 " not in everybody, everybody)
    for p in procs:
        p.kill()
    check(t.alive(), "alice is logged in")
