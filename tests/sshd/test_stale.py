# SPDX-License-Identifier: MIT
"""Connections that hang: which are proven dead and taken over, and which are not."""
import os
import re
import signal
import subprocess
import threading
import time

from laptop import SERVER, Laptop, calm
from template import write
from term import check, equal, wait_until

def held_before(host, laptop, **kw):
    """A session in a window of the laptop: the window and its mark."""
    t = laptop.login(host, **kw)
    marked = host.mark(t)
    # nothing is under way
    t.prompt()
    laptop.calm()
    return t, marked


def not_taken(host, pid, login=None):
    """Another login gets another shell, and the session stays with whom it is."""
    t = (login or host.ssh)()
    check(t.shell_pid() != pid, "the session was taken")
    equal([s["attachments"] for s in host.sessions()], [1, 1], "attachments")
    return t


def read_to(t, text):
    """Reads much output, without searching it all again at every chunk, until TEXT is near its end."""
    while text not in t.data[-1000:]:
        check(t.read(60), "the output stands still")
    t.mark = t.data.rindex(text) + len(text)


def test_link_down(host):
    laptop = Laptop()
    _, marked = held_before(host, laptop)
    laptop.cut()
    laptop.calm()
    t = host.ssh()
    marked.same(t)
    check(re.search("resumed session 1 .* away ", t.text()), "no line says that the session was resumed")


def test_address_changed(host):
    laptop = Laptop()
    _, marked = held_before(host, laptop)
    laptop.move("10.99.0.9")
    marked.same(laptop.ssh(host))
    equal(host.session()["address"], "10.99.0.9", "where the session is attached from")


def test_reset(host):
    laptop = Laptop()
    t, marked = held_before(host, laptop)
    laptop.reboot([t])
    equal(host.session()["state"], "attached", "state before anybody asks")
    marked.same(laptop.ssh(host))


def test_link_down_and_up(host):
    """It lived after all: the login of the meantime has a shell of its own, and this one is where it was."""
    laptop = Laptop()
    t, marked = held_before(host, laptop)
    laptop.cut()
    laptop.calm()
    laptop.mend()
    not_taken(host, marked.pid)
    marked.same(t)


def test_displaced_after_all(host):
    """The link was down when another login came.  Up again, the old window is told, and ends."""
    laptop = Laptop()
    old, marked = held_before(host, laptop)
    laptop.cut()
    laptop.calm()
    t = host.ssh()
    marked.same(t)
    laptop.mend()
    old.wait_for("taken over by another login")
    equal(old.wait_exit(), 0, "the status of the old ssh")
    marked.same(t)
    equal(host.session()["attachments"], 1, "attachments")


def test_paused_client(host):
    """Ctrl-Z in ~: its kernel acknowledges what it is sent."""
    laptop = Laptop()
    t, marked = held_before(host, laptop)
    t.kill(signal.SIGSTOP)
    laptop.calm()
    other = not_taken(host, marked.pid)
    other.line("exit")
    other.wait_exit()
    # with so much for it to take that its window is closed: nothing is known, and nothing is taken
    t.kill(signal.SIGCONT)
    t.line("until [ -e ~/go ]; do sleep 0.05; done; head -c 30000000 /dev/zero | tr '\\0' x; echo; echo o''ver")
    t.wait_for("ver\r\n")
    t.kill(signal.SIGSTOP)
    write("/home/alice/go", "")
    wait_until(lambda: host.session(shell_pid=marked.pid)["offset"] > 1000000, "output for the paused client")
    laptop.calm()
    check(host.ssh().shell_pid() != marked.pid, "the session was taken")
    t.kill(signal.SIGCONT)
    read_to(t, b"over\r\n")
    t.prompt()
    marked.same(t)


def unanswered(timer):
    """How often in a row the laptop has not answered what TIMER (ss(8)) has sent again; None: it does not run."""
    r = subprocess.run(["ss", "-tno", "dst", "10.99.0.2"], stdout=subprocess.PIPE, text=True, check=True)
    found = re.search(r"timer:\((?:%s),[^,]*,(\d+)\)" % timer, r.stdout)
    return found and int(found.group(1))


def test_closed_window_and_gone(host):
    """A paused client that has more than it takes, and then goes: the kernel's own probes of its window tell."""
    laptop = Laptop()
    t, marked = held_before(host, laptop)
    t.line("until [ -e ~/go ]; do sleep 0.05; done; head -c 30000000 /dev/zero | tr '\\0' x; echo; echo o''ver")
    t.wait_for("ver\r\n")
    t.kill(signal.SIGSTOP)
    write("/home/alice/go", "")
    wait_until(lambda: unanswered("persist") is not None, "its window is closed")
    laptop.cut()
    wait_until(lambda: (unanswered("persist|on") or 0) >= 3, "probes that are not answered")
    t = host.ssh()
    t.wait_for("resumed session 1")
    read_to(t, b"over\r\n")
    t.prompt()
    marked.same(t)


def test_stopped_terminal(host):
    """Ctrl-S stops the program's terminal, not ours: alive is alive, dead is dead."""
    laptop = Laptop()
    t, marked = held_before(host, laptop)
    # One process: of a loop, Ctrl-C can hit the moment between two, and is lost.
    t.line(r"""perl -e '$| = 1; while (1) { print "ti", "ck\n"; select undef, undef, undef, 0.05 }'""")
    t.wait_for("tick\r\n")
    t.send("\x13")
    wait_until(lambda: t.quiet(0.5), "the output stands still")
    other = not_taken(host, marked.pid)
    other.line("exit")
    other.wait_exit()
    laptop.move("10.99.0.9")
    t = laptop.ssh(host)
    t.wait_for("tick\r\n")
    t.send("\x03")
    t.prompt()
    marked.same(t)


def test_busy_transfer(host):
    laptop = Laptop()
    t, marked = held_before(host, laptop)
    # one process: of a loop, Ctrl-C can hit the moment between two, and is lost.  And no faster than the reader here:
    # a client that can't print sends no more window, so nothing is under way, and nothing is to be seen
    t.line(r"""perl -e '$| = 1; while (1) { print "a line of output\n" x 100; select undef, undef, undef, 0.002 }'""")
    reader = Reader(t)
    reader.wait(1000000)
    t2 = not_taken(host, marked.pid)
    t2.line("exit")
    t2.wait_exit()
    laptop.cut()
    reader.stop()
    laptop.calm()
    # what was under way when the link went down is proof enough, once it has been sent again twice
    t = host.ssh()
    t.wait_for("resumed session")
    t.wait_bytes(20000)
    t.send("\x03")
    read_to(t, b"PROMPT$ ")
    marked.same(t)


class Reader(threading.Thread):
    """Reads a terminal while the case does something else."""

    def __init__(self, t):
        super().__init__(daemon=True)
        self.t, self.over, self.total = t, False, 0
        self.start()

    def run(self):
        while not self.over and not self.t.eof:
            before = len(self.t.data)
            self.t.read(0.1)
            self.total += len(self.t.data) - before
            del self.t.data[:-100000]

    def wait(self, total):
        wait_until(lambda: self.total >= total, "output")

    def stop(self):
        self.over = True
        self.join()
        self.t.mark = 0


def test_inside_a_sequence(host):
    """Output that ends inside a sequence: no NUL is sent, and nothing is proven."""
    laptop = Laptop()
    t, marked = held_before(host, laptop)
    t.line("printf '\\033]0;half a ti'; until [ -e ~/go ]; do sleep 0.05; done; printf 'tle\\a'")
    t.wait_for("half a ti")
    t.wait_for("half a ti")
    laptop.calm()
    laptop.move("10.99.0.9")
    not_taken(host, marked.pid)
    write("/home/alice/go", "")
    t2 = laptop.ssh(host)
    marked.same(t2)


def test_behind_a_proxy(host):
    """ssh -J: what the server hears of is the proxy, which lives.  ClientAliveInterval finds out, and only then."""
    laptop = Laptop()
    proxy = ["-J", "laptop@" + SERVER]
    with open("/home/laptop/.ssh/key1.pub") as f:
        write("/home/laptop/.ssh/authorized_keys", f.read(), 0o600, host.ids("laptop")[:2])
    with open("/home/laptop/.ssh/config") as f:
        config = f.read()
    # so that -o HostName counts for the far end alone
    write("/home/laptop/.ssh/config", config.replace("Host server server-resume", "Host server-resume"))
    far = ["-o", "HostName=127.0.0.1", "-o", "ServerAliveInterval=0", *proxy]
    host.configure_sshd("ClientAliveInterval 2\nClientAliveCountMax 2\nMatch User laptop\nClientAliveInterval 0\n")
    t = host.ssh(options=far, netns=laptop.net).prompt()
    marked = host.mark(t)
    laptop.cut()
    laptop.calm()
    check(host.session()["state"] == "attached", "it was dropped before anybody could ask")
    other = not_taken(host, marked.pid, lambda: host.ssh(options=["-o", "HostName=127.0.0.1"]))
    other.line("exit")
    other.wait_exit()
    host.wait_sessions(1, "dropped")
    marked.same(host.ssh(options=["-o", "HostName=127.0.0.1"]))


def test_multiplexer_pane(host):
    """Attached from a pane, whose terminal is not the login's: its connection's death says nothing about who looks."""
    laptop = Laptop()
    t = laptop.login(host, options=["-o", "SetEnv=LC_HOLDFAST=off"])
    t.line("script -qc 'holdfastctl new' /dev/null")
    t.wait_for(r"PROMPT\$ ")
    pid = t.shell_pid()
    equal(host.session()["shell_pid"], pid, "the session's shell")
    laptop.move("10.99.0.9")
    not_taken(host, pid)


def test_no_wait_without_doubt(host):
    """Only live connections that answer: no login waits for more than an answer."""
    terms = [host.login() for _ in range(3)]
    pids = [t.shell_pid() for t in terms]
    for t in terms:
        t.prompt()
    nuls = [t.text().count("\0") for t in terms]
    calm()  # past the moment in which an acknowledgement needs no probe
    start = time.monotonic()
    t = host.login()
    took = time.monotonic() - start
    check(t.shell_pid() not in pids, "a live session was taken")
    print("a login beside three live sessions: %.3f s" % took)
    wait_until(lambda: [t.read() or t.text().count("\0") for t in terms] == [n + 1 for n in nuls], "one NUL each")


def test_other_identity_is_not_probed(host):
    laptop = Laptop()
    t, marked = held_before(host, laptop)
    laptop.calm()
    with open("/home/laptop/.ssh/config") as f:
        write("/home/laptop/.ssh/config2", f.read().replace("/key1", "/key2"))
    not_taken(host, marked.pid, lambda: host.ssh(options=["-F", "/home/laptop/.ssh/config2"]))
    check("\0" not in t.text(), "another identity's terminal was probed")
    laptop.move("10.99.0.9")
    check(host.ssh(options=["-F", "/home/laptop/.ssh/config2"]).shell_pid() != marked.pid, "taken by another key")
    equal(host.session(shell_pid=marked.pid)["state"], "attached", "state")


def test_many_logins_one_dead_session(host):
    laptop = Laptop()
    _, marked = held_before(host, laptop)
    laptop.move("10.99.0.9")
    terms = [host.ssh() for _ in range(6)]
    pids = [t.shell_pid() for t in terms]
    equal(len(set(pids)), 6, "different shells")
    equal(pids.count(marked.pid), 1, "logins that have the old shell")


RAW = r"""
import array, os, socket, struct, sys
path, ticket, words = sys.argv[1], bytes.fromhex(sys.argv[2]), sys.argv[3:]

def talk(message, fds=()):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.connect(path)
    extra = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    s.sendmsg([message], extra)
    return s.recv(65536)

master, slave = os.openpty()
claim = (b"\2" + struct.pack(">IIHHHH", 2, 0, 24, 80, 0, 0) + ticket + bytes(32) + struct.pack(">I", 5) + b"xterm"
         + struct.pack(">II", 0, 0))
for word in words:
    a = talk(b"\x14") if word == "probe" else talk(claim, [slave])
    print({84: "verdict", 66: "claimed", 67: "refused"}.get(a[0], a[0]),
          struct.unpack(">I", a[1:5])[0] if a[0] in (67, 84) else "", sep="")
"""


def test_keeper_decides(host):
    """Whatever a claimer says, the keeper gives a live session to nobody: neither unproven nor when it is back."""
    laptop = Laptop()
    t, marked = held_before(host, laptop)
    mine = host.records()
    claimer = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    ticket = [r for r in host.records() if r not in mine][0]
    write("/home/alice/raw.py", RAW)
    sock = "/run/holdfast/sessions/%d/%d/sock" % (host.ids("alice")[0], host.session()["id"])

    def say(*words):
        # inside of the ticket's login, for nobody else is vouched for
        claimer.run("/usr/bin/python3 raw.py %s %s %s >out 2>err" % (sock, ticket, " ".join(words)))
        with open("/home/alice/out") as out, open("/home/alice/err") as err:
            return (out.read().split(), err.read())
    equal(say("claim", "probe", "claim"), (["refused1", "verdict1", "refused1"], ""), "alive")
    laptop.cut()
    laptop.calm()
    equal(say("claim", "probe", "claim"), (["refused1", "verdict2", "claimed"], ""), "dead")
    # the claimer has not confirmed: nothing has happened
    equal(host.session()["attachments"], 1, "attachments")
    equal(say("probe"), (["verdict2"], ""), "dead still")
    laptop.mend()
    marked.same(t)
    equal(say("claim", "probe", "claim"), (["refused1", "verdict1", "refused1"], ""), "alive again")


FIFTY = 50


def timed_logins(host, count, **kw):
    """COUNT logins at once: the terminals, the pids of their shells, and the seconds until all had prompts."""
    start = time.monotonic()
    terms = [host.ssh(**kw) for _ in range(count)]
    for t in terms:
        t.prompt()
    took = time.monotonic() - start
    return terms, [t.shell_pid() for t in terms], took


def test_fifty_at_once(host):
    with open("/etc/holdfast/holdfast.conf", "w") as f:
        f.write("MaxSessions 100\n")
    plain, _, plain_took = timed_logins(host, FIFTY, options=["-o", "SetEnv=LC_HOLDFAST=off"])
    for t in plain:
        t.kill()
    terms, before, new_took = timed_logins(host, FIFTY)
    equal(len(set(before)), FIFTY, "different shells")
    for t in terms:
        t.kill()
    host.wait_sessions(FIFTY, "dropped")
    terms, after, took = timed_logins(host, FIFTY)
    equal(sorted(after), sorted(before), "the shells of fifty logins onto fifty dropped sessions")
    host.wait_sessions(FIFTY, "attached")
    print("50 logins at once: plain %.2f s, new sessions %.2f s, resumed %.2f s" % (plain_took, new_took, took))


FAKE = r"""
import os, socket, struct, sys
real, place, uid, gid = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
if os.geteuid() == 0:
    # as a leader does it
    os.mkdir(place, 0o755)
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.bind(place + "/sock")
    os.chown(place + "/sock", uid, -1)
    s.listen(64)
    os.dup2(s.fileno(), 9)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    os.execv(sys.executable, [sys.executable] + sys.argv)
s = socket.socket(fileno=9)
print("listening", flush=True)
claims = 0
while True:
    c, _ = s.accept()
    m = c.recv(100000)
    if m[0] == 1:
        r = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        r.connect(real)
        r.send(m)
        a = r.recv(65536)
        # lost_ms, lost_heard_ms, lost_used_ms; then kind, and the user's name
        at = a.rindex(b"\0\0\0\5alice") - 4 - 24
        lost, heard, used = struct.unpack(">QQQ", a[at:at + 24])
        c.send(a[:at] + struct.pack(">QQQ", lost + 1, heard, used + 1) + a[at + 24:])
    elif m[0] == 2:
        print("claimed", flush=True)
    c.close()
"""


def test_dies_while_it_is_chosen(host):
    """The best one answers STATUS, and is gone when it is claimed: the next best is taken."""
    t = host.login()
    pid = t.shell_pid()
    host.drop(t)
    uid = host.ids("alice")[0]
    sessions = "/run/holdfast/sessions/%d" % uid
    write("/home/alice/fake.py", FAKE)
    log = open("/tmp/fake.out", "wb")
    fake = subprocess.Popen(["/usr/bin/python3", "/home/alice/fake.py", "%s/%d/sock" % (sessions, host.session()["id"]),
                             sessions + "/77", str(uid), str(host.ids("alice")[1])], stdout=log, stderr=log)
    wait_until(lambda: b"listening" in open("/tmp/fake.out", "rb").read(), "the fake keeper listens")
    t = host.ssh()
    equal(t.shell_pid(), pid, "the shell")
    check(b"claimed" in open("/tmp/fake.out", "rb").read(), "the dying one was not chosen first")
    fake.kill()
    fake.wait()
    # and one that is killed while it is asked
    t2 = host.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    host.drop(t2, 1)
    host.drop(t, 2)
    best = host.session(shell_pid=pid)
    os.kill(best["keeper_pid"], signal.SIGSTOP)
    t = host.ssh()
    wait_until(lambda: host.named("holdfast-login") or t.read(0.01), "the login asks")
    os.kill(best["keeper_pid"], signal.SIGKILL)
    # its shell lives, and another keeper has it; the login takes that one, or the next best
    t.shell_pid()
    equal(sorted(s["state"] for s in host.sessions()), ["attached", "dropped"], "states")
    check(pid in [s["shell_pid"] for s in host.sessions()], "the shell whose keeper was killed")
