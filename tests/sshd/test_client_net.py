# SPDX-License-Identifier: MIT
"""The client, holdfast(1), over a network with troubles: the same shell, every byte once, the right status."""
import os
import random
import signal
import subprocess
import time

from laptop import SERVER, Laptop
from line import Line
from relay import Relay
from template import write
from term import Skip, check, equal, wait_until
from test_agent import agent, has_key
from test_client import CLIENT, attached, client, cut, run
from test_transport import HOME, reads_tty, typed
from test_transport_forwards import Echo, connect, same

ADDRESS = ("-o", "HostName=" + SERVER)
WANT = b"".join(b"%d\n" % j for i in range(1, 151) for j in range(i, i + 301))
COMMAND = "for i in $(seq 1 150); do seq $i $((i + 300)); sleep 0.02; done; cat >~/got; exit 7"


class Piped:
    """A held command on plain pipes, on the laptop."""

    def __init__(self, host, laptop, data):
        self.out = open("/tmp/piped.out", "w+b")
        self.err = open("/tmp/piped.err", "w+b")
        argv = laptop.command(host, [CLIENT, "-l", "alice", *ADDRESS, "server", COMMAND])
        self.p = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=self.out, stderr=self.err,
                                  env={"PATH": "/usr/bin:/bin", "HOME": HOME}, cwd=HOME, start_new_session=True)
        self.data = data
        wait_until(lambda: os.path.getsize("/tmp/piped.out") > 20000, "the command's output has begun")

    def whole(self):
        """Everything came once and in order, both ways, and the status too."""
        self.p.communicate(self.data, timeout=60)
        self.out.seek(0)
        self.err.seek(0)
        equal(self.p.returncode, 7, "the status of the command; %r" % self.err.read())
        check(self.out.read() == WANT, "the command's output is not what it was")
        with open("/home/alice/got", "rb") as f:
            check(f.read() == self.data, "the command's input is not what it was")


def over(host, trouble, mend):
    """A shell and a command; TROUBLE, keys typed while away, MEND; and all of it is as if nothing had been."""
    if not os.access(CLIENT, os.X_OK):
        raise Skip("the client was not built")
    laptop = Laptop()
    t = client(host, *ADDRESS, netns=laptop.net).prompt()
    marked = host.mark(t)
    piped = Piped(host, laptop, os.urandom(100000))
    trouble(laptop)
    t.line("echo typed >>~/typed")
    if mend:
        t.wait_for("does not answer for .*keys kept")
        mend(laptop)
    wait_until(lambda: os.path.exists("/home/alice/typed"), "what was typed has arrived")
    marked.same(t)
    piped.whole()
    with open("/home/alice/typed") as f:
        equal(f.read(), "typed\n", "what was typed while away")
    equal(len([s for s in host.sessions() if s["kind"] != "command"]), 1, "sessions")
    return laptop, t


def test_link_cut_and_back(host):
    over(host, Laptop.cut, Laptop.mend)


def connections(pid):
    """Of the network that PID is in, those that are established: bytes that wait to be read there, of each."""
    with open("/proc/%d/net/tcp" % pid) as f:
        rows = [line.split() for line in f.read().splitlines()[1:]]
    return [int(row[4].split(":")[1], 16) for row in rows if row[3] == "01"]


def test_cut_behind_what_is_unread(host):
    """Output that came before a cut and is read after it, and after the ping that looks for one, is no sign of life."""
    laptop = Laptop()
    t = client(host, *ADDRESS, "-o", "ServerAliveInterval=600", netns=laptop.net).prompt()
    marked = host.mark(t)
    os.kill(t.pid, signal.SIGSTOP)
    with open("/proc/%d/fd/1" % marked.pid, "w") as f:
        f.write("before the cut\r\n")
    wait_until(lambda: sum(connections(t.pid)), "output waits for the client")
    laptop.cut()
    os.kill(t.pid, signal.SIGCONT)
    t.wait_for("before the cut")
    t.wait_for("does not answer")
    check(connections(t.pid), "it was noticed only when the kernel had given the connection up")
    laptop.mend()
    marked.same(t)


def test_reset_right_behind_output(host):
    """A look at the connection that takes bytes of it may meet its end, too: the client sees that end at once."""
    line = Line(7777, ("127.0.0.1", host.port()))
    t = client(host, "-p", "7777").prompt()
    marked = host.mark(t)
    for n in range(12):
        count = line.count
        line.resets_behind = True
        t.line("echo %d-$((%d + 1))" % (n, n))
        wait_until(lambda: (t.read(0.02), line.count > count)[1], "another connection, %d" % n)
        t.wait_for("%d-%d" % (n, n + 1))
    marked.same(t)


def test_address_changed(host):
    """No need to wait for silence: the kernel tells."""
    def move(laptop):
        laptop.move("10.99.0.9")
        start = time.monotonic()
        wait_until(lambda: {s["address"] for s in host.sessions()} == {"10.99.0.9"}, "attached from the new address")
        print("back after %.1f s" % (time.monotonic() - start))
    over(host, move, None)
    equal({s["address"] for s in host.sessions()}, {"10.99.0.9"}, "where the session is attached from")


def test_changes_while_it_connects(host):
    """Any change of the network may be the one that helps; an attempt that has got through goes on all the same."""
    Relay(7777, ("127.0.0.1", host.port()), delay=0.15)
    t = client(host, "-p", "7777").prompt()
    marked = host.mark(t)
    there = []

    def change():
        subprocess.run(["ip", "addr", "del" if there else "add", "10.88.0.1/32", "dev", "lo"], check=True)
        there.pop() if there else there.append(1)
        return host.session()["state"] == "attached"
    cut(host)
    host.wait_sessions(1, "dropped")
    # a login takes several times as long
    wait_until(change, "attached, whatever changes", interval=0.6)
    marked.same(t)


def test_half_open(host):
    """The server has forgotten, and nothing that it says gets through: only silence tells, and no new connection is
    made meanwhile."""
    def forget(laptop):
        laptop.ip("route", "add", "blackhole", laptop.address + "/32", inside=False)
        for pid in host.sshd_of("alice", "user"):
            os.kill(pid, signal.SIGKILL)

    def remember(laptop):
        laptop.ip("route", "del", "blackhole", laptop.address + "/32", inside=False)
    over(host, forget, remember)


def test_slow_link(host):
    """300 ms to and fro, and a cut: neither the delay nor what is under way is taken for silence."""
    Relay(7777, ("127.0.0.1", host.port()), delay=0.15)
    t = client(host, "-p", "7777").prompt()
    marked = host.mark(t)
    t.line("seq 1 20000; echo all-$((1+1))-lines")
    t.wait_for("all-2-lines")
    check("does not answer" not in t.text(), "the delay was taken for silence")
    cuts_again(host, t, marked)


def test_ten_megabytes_over_cuts(host):
    """10 MB each way through a command on pipes, over connections that are cut at any byte of what ssh says."""
    rng = random.Random(5)
    # both ways: either alone would let all of the other through
    limits = [(rng.randrange(4000, 900000), rng.randrange(4000, 900000)) for _ in range(16)]
    # the first one has to come through: as ssh, the client does not try again before it has a session
    limits[0] = (None, 300000)
    relay = Relay(7777, ("127.0.0.1", host.port()), limits=limits)
    data = os.urandom(10000000)
    start = time.monotonic()
    r = run(host, "-p", "7777", "server", "cat; exit 3", input=data, timeout=200)
    seconds = time.monotonic() - start
    equal((r.returncode, len(r.stdout)), (3, len(data)), "status and length; %r" % r.stderr)
    check(r.stdout == data, "what came back is not what was sent")
    check(relay.cuts >= 10, "only %d cuts" % relay.cuts)
    print("10 MB each way over %d cuts: %.1f s" % (relay.cuts, seconds))


def cuts_again(host, t, marked, times=1):
    for _ in range(times):
        cut(host)
        attached(host)
        marked.same(t)


LOGINS = (
    ("password", "KbdInteractiveAuthentication no\n", "alice@server's password: "),
    ("keyboard-interactive", "KbdInteractiveAuthentication yes\nPasswordAuthentication no\n", "Password: "),
)


def test_never_asked_twice(host):
    for method, config, question in LOGINS:
        host.configure_sshd(config)
        t = client(host, "-o", "PubkeyAuthentication=no", "-o", "PreferredAuthentications=" + method)
        typed(t, question, "alice-secret")
        t.prompt()
        marked = host.mark(t)
        cuts_again(host, t, marked, 2)
        equal(t.data.count(question.encode()), 1, "questions by %s" % method)
        t.line("exit")
        equal(t.wait_exit(), 0, "status")


def answer_ssh(host, t, answer):
    t.wait_for("password: ")
    wait_until(lambda: any(reads_tty(p) for p in host.named("ssh", "laptop")), "ssh waits for an answer")
    t.line(answer)


def test_password_to_ssh(host):
    """`--transport ssh` asks for itself, at each connection: the terminal is left to it."""
    host.configure_sshd("KbdInteractiveAuthentication no\n")
    t = client(host, "--transport", "ssh", "-o", "PubkeyAuthentication=no")
    answer_ssh(host, t, "alice-secret")
    t.prompt()
    marked = host.mark(t)
    cut(host)
    answer_ssh(host, t, "alice-secret")
    attached(host)
    marked.same(t)
    check(b"alice-secret" not in t.data, "the password was shown, or went to the shell")


def test_changed_host_key(host):
    """Refused on the way back too, and nothing is sent to whom it is; the old key, and the same shell."""
    t = client(host).prompt()
    marked = host.mark(t)
    with open("/etc/ssh/test_host_key") as f:
        key = f.read()
    os.unlink("/etc/ssh/test_host_key")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/etc/ssh/test_host_key"], check=True,
                   input=b"y\n", stdout=subprocess.DEVNULL)
    host.configure_sshd("")
    cut(host)
    t.wait_for("HAS CHANGED|has changed|host key")
    t.line("echo sent >~/sent")
    equal([s["state"] for s in host.sessions()], ["dropped"], "state while the key is another")
    write("/etc/ssh/test_host_key", key, 0o600)
    host.configure_sshd("")
    t.send("~r")
    attached(host)
    marked.same(t)


def test_jump(host):
    t = client(host, "-J", "bob@server").prompt()
    marked = host.mark(t)
    cuts_again(host, t, marked)
    for pid in host.sshd_of("bob", "user"):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: host.sshd_of("bob", "user"), "bob's connection is back")
    attached(host)
    marked.same(t)


def test_agent_and_forward(host):
    """Both are there again after each cut."""
    t = client(host, "-A", "-L", "7001:127.0.0.1:%d" % Echo().address[1], env=agent(host)).prompt()
    marked = host.mark(t)
    for n in range(2):
        check(has_key(t), "the agent's key, %d cuts" % n)
        same(connect(7001), "the forward, %d cuts" % n)
        cuts_again(host, t, marked)
    check(has_key(t), "the agent's key")
    same(connect(7001), "the forward")


def test_bashrc_prints(host):
    with open("/home/alice/.bashrc", "r+") as f:
        old = f.read()
        f.seek(0)
        f.write("head -c 3000 /dev/urandom; echo; echo 'Welcome, Alice'\n" + old)
    t = client(host).prompt()
    marked = host.mark(t)
    cuts_again(host, t, marked)
    r = run(host, "server", "echo out; exit 5")
    equal((r.returncode, r.stdout.splitlines()[-1:]), (5, [b"out"]), "a command's status and output; %r" % r.stderr)


def test_without_the_subsystem(host):
    """holdfast is there, but sshd does not know it: by a command."""
    os.unlink("/etc/ssh/sshd_config.d/holdfast.conf")
    host.configure_sshd("")
    t = client(host).prompt()
    marked = host.mark(t)
    cuts_again(host, t, marked)
    equal(host.session()["state"], "attached", "a held session")


def test_two_clients(host):
    """Both show the session, over a cut too; one that may only read does not type."""
    t = client(host, "--session", "work").prompt()
    marked = host.mark(t)
    both = client(host, "--session", "work", "--join")
    reader = client(host, "--session", "work", "--read-only")
    wait_until(lambda: host.session()["attachments"] == 3, "three clients")
    equal((host.session()["name"], host.session()["state"]), ("work", "attached"), "what ls says")
    reader.line("echo never-$((20+1))")
    for n, typist in enumerate((both, t)):
        typist.line("echo %d-typed-$((6*7))" % n)
        for seer in (t, both, reader):
            seer.wait_for("%d-typed-42" % n)
        cut(host)
        wait_until(lambda: host.session()["attachments"] == 3, "three clients after a cut")
    marked.same(t)
    check("never-21" not in t.text(), "a reader has typed")


def test_joined_and_taken_over(host):
    """Another login takes the session over: its client leaves, those that had joined it stay, and a cut is no
    excuse."""
    t = client(host, "--session", "work").prompt()
    marked = host.mark(t)
    both = client(host, "--session", "work", "--join")
    reader = client(host, "--session", "work", "--read-only")
    wait_until(lambda: host.session()["attachments"] == 3, "three clients")
    other = client(host, "--session", "work")
    t.wait_for("taken over by another login")
    t.wait_exit()
    wait_until(lambda: host.session()["attachments"] == 3, "those that had joined, and the one that took over")
    marked.same(other)
    for n, typist in enumerate((other, both)):
        typist.line("echo %d-typed-$((6*7))" % n)
        for seer in (other, both, reader):
            seer.wait_for("%d-typed-42" % n)
    reader.line("echo never-$((20+1))")
    cut(host)
    wait_until(lambda: host.session()["attachments"] == 3, "three clients after a cut")
    marked.same(other)
    check("never-21" not in other.text(), "a reader has typed")


def test_taken_over_while_away(host):
    """DETACHED does not come through: the client hears of it when it comes back, and leaves."""
    laptop = Laptop()
    t = client(host, "--session", "work", *ADDRESS, netns=laptop.net).prompt()
    laptop.cut()
    t.line("echo typed")
    t.wait_for("does not answer")
    other = client(host, "--session", "work").prompt()
    laptop.mend()
    t.wait_for("taken over by another login")
    equal(t.wait_exit(), 0, "status")
    check(other.alive(), "the one that took it over")


def test_login_while_its_link_is_down(host):
    """The keeper asks a framed client with a ping: a live one keeps its session, a dead one's is resumed."""
    laptop = Laptop()
    t = client(host, *ADDRESS, netns=laptop.net).prompt()
    marked = host.mark(t)
    laptop.calm()
    other = host.login()
    check(other.shell_pid() != marked.pid, "a session was taken from a client that is there")
    other.line("exit")
    other.wait_exit()
    laptop.cut()
    laptop.calm()
    marked.same(host.ssh())
