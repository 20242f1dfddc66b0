# SPDX-License-Identifier: MIT
"""The client's way back after a cut, beside a whole login of ssh over the same line in the same run."""
import os
import re
import subprocess
import time

from host import by_request
from laptop import SERVER, Laptop
from line import Line
from term import Term, check, equal, wait_until
from template import write
from test_client import attached, client, cut
from test_transport_forwards import Echo, attempt, connect, exchange

RTT = 0.6
PORT = 7777


def ssh_login(host, line):
    """Seconds of a whole login by ssh, to the prompt."""
    start = time.monotonic()
    t = host.ssh(options=["-p", str(line.port), "-o", "HostName=127.0.0.1"])
    t.prompt()
    seconds = time.monotonic() - start
    t.line("exit")
    t.wait_exit()
    return seconds


def back(t, cut):
    """Seconds from CUT until a key that was typed at once is answered."""
    Term.questions += 1
    start = time.monotonic()
    cut()
    t.line("echo back-%d-$((6*7))" % Term.questions)
    t.wait_for("back-%d-42" % Term.questions)
    return time.monotonic() - start


def measure(host, rtt, port=PORT):
    line = Line(port, ("127.0.0.1", host.port()), rtt)
    login = ssh_login(host, line)
    t = client(host, "--new", "-p", str(port))
    t.prompt()
    t.run("true")
    times = {}
    for name, cut in (("RST", line.reset), ("silence", line.silence)):
        times[name] = back(t, cut)
    host.note("RTT %3d ms: ssh login %.2f s; back after RST %.2f s, after silence %.2f s" % (
        rtt * 1000, login, times["RST"], times["silence"]))
    return login, times


@by_request
def test_table(host):
    """The figures of docs/PERFORMANCE.md."""
    for n, rtt in enumerate((0, 0.1, 0.6)):
        measure(host, rtt, PORT + 1 + n)


def questions(host):
    """How often sshd was asked whether a key would do."""
    with open(os.path.join(host.log, "sshd.log"), errors="replace") as f:
        return f.read().count("Postponed publickey for alice")


def test_return(host):
    """In one and a half times what a login of ssh takes; the key that has logged in signs at once."""
    host.configure_sshd("LogLevel VERBOSE\n")
    login, times = measure(host, RTT)
    for name, seconds in times.items():
        check(seconds <= 1.5 * login, "back after %s: %.2f s; a login of ssh takes %.2f s" % (name, seconds, login))
    equal(questions(host), 2, "questions whether a key would do: ssh's, and that of the client's first connection")


def test_another_key(host):
    """The key that logged in is no longer the right one, or no longer enough: then as at the first time, and
    no question."""
    ssh, keys = "/home/laptop/.ssh", "/home/alice/.ssh/authorized_keys"
    t = client(host, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-i", ssh + "/key1",
               "-i", ssh + "/key2").prompt()
    marked = host.mark(t)
    with open(ssh + "/key1.pub") as f:
        first = f.read().split()[1]
    with open(keys) as f:
        lines = f.readlines()
    check([line for line in lines if first in line], "key1 is not authorized")
    write(keys, "".join(line for line in lines if first not in line), 0o600, host.ids("alice")[:2])
    cut(host)
    attached(host)
    marked.same(t)
    write(keys, "".join(lines), 0o600, host.ids("alice")[:2])
    host.configure_sshd("AuthenticationMethods publickey,publickey\n")
    for _ in range(2):
        cut(host)
        attached(host)
        marked.same(t)


def test_stuck_attempt(host):
    """The line goes dumb in the middle of a login that is the way back, and new connections work: one is made."""
    line = Line(PORT, ("127.0.0.1", host.port()), 0.2)
    t = client(host, "-p", str(PORT)).prompt()
    marked = host.mark(t)
    line.reset()
    wait_until(lambda: line.count == 2 and line.passages and line.passages[-1].moved > 2000, "in the middle of a login")
    start = time.monotonic()
    line.silence()
    t.line("echo typed-$((6*7))")
    t.wait_for("typed-42")
    equal(line.count, 3, "connections")
    check(time.monotonic() - start < 20, "it was given up only when the 20 seconds of an attempt were over")
    marked.same(t)


CONNECT = "import socket; socket.create_connection(('%s', %d))"


def pause_left(laptop):
    """Seconds until the kernel tries again by itself to make a connection of the laptop's; the longest of them."""
    out = subprocess.run(["nsenter", "-t", str(laptop.pid), "-n", "ss", "-tnoH", "state", "syn-sent"], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    return max([0] + [int(s) for s in re.findall(r"timer:\(on,(\d+)(?:\.\d+)?sec", out)])


def test_clear_way(host):
    """Where packets are lost without a word the pauses of TCP grow: the client does not wait for them."""
    laptop = Laptop()
    t = client(host, "-o", "HostName=" + SERVER, netns=laptop.net).prompt()
    marked = host.mark(t)
    laptop.ip("route", "add", "blackhole", laptop.address + "/32", inside=False)
    t.line("echo typed-$((6*7))")
    t.wait_for("does not answer")
    kernel = subprocess.Popen(laptop.command(host, ["/usr/bin/python3", "-c", CONNECT % (SERVER, host.port())]))
    wait_until(lambda: pause_left(laptop) >= 6, "the kernel's pause is a long one")
    laptop.ip("route", "del", "blackhole", laptop.address + "/32", inside=False)
    t.wait_for("typed-42")
    check(kernel.poll() is None, "the kernel's own connection stood before the client was back")
    kernel.kill()
    kernel.wait()
    marked.same(t)


def test_tunnel(host):
    """With -N nobody types: bytes of a forward that get no answer tell of silence, long before the next ping."""
    line = Line(PORT, ("127.0.0.1", host.port()))
    client(host, "-N", "-L", "7001:127.0.0.1:%d" % Echo().address[1], "-p", str(PORT), "-o", "ServerAliveInterval=3600")
    wait_until(lambda: host.sshd_of("alice", "user"), "logged in")
    wait_until(lambda: carries(7001), "the tunnel")
    tunnel = connect(7001)
    line.silence()
    tunnel.sendall(b"x")
    wait_until(lambda: line.count == 2, "a second connection")
    wait_until(lambda: carries(7001), "the forward carries bytes again")


def carries(port):
    """Whether a new connection through the forward is answered soon."""
    s = attempt(port, "127.0.0.1")
    if not s:
        return False
    s.settimeout(1)
    try:
        return exchange(s, b"y") == b"y"
    except OSError:
        s.close()
        return False
