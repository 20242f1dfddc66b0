# SPDX-License-Identifier: MIT
"""The notice tells in few words why the host is away, on a terminal of 80 columns; each reason is a real one here."""
import os
import re
import socket
import subprocess

from laptop import SERVER, Laptop
from line import Line
from template import write
from term import check, wait_until
from test_client import attached, client

PORT = 7777
BY_LINE = ("-p", str(PORT))


def shown(t, words):
    """The whole reason is in the row."""
    t.wait_for(r"does not answer [^(]*\(%s\)[^)]*C stops" % re.escape(words))


class Away:
    """A session that is cut off again and again, each time for another reason."""

    def __init__(self, host, *options, netns=None):
        self.host = host
        self.t = client(host, *options, netns=netns).prompt()
        self.marked = host.mark(self.t)

    def tells(self, words, trouble, mend, again=""):
        seen = len(self.t.data)
        trouble()
        shown(self.t, words)
        check(words.encode() in self.t.data[seen:], "the reason is that of an earlier trouble")
        mend()
        if again:
            self.t.send(again)
        attached(self.host)
        self.marked.same(self.t)


def cut_off(line, closed):
    line.closed = closed
    line.reset()


def opened(line):
    line.closed = None


def test_the_port(host):
    """A network's sign-in page, a closed port, a RST, an end before ssh begins."""
    line = Line(PORT, ("127.0.0.1", host.port()))
    away = Away(host, *BY_LINE)
    for closed, words in (("http", "HTTP: captive portal?"), ("reset", "connection reset"),
                          ("end", "closed before login")):
        away.tells(words, lambda c=closed: cut_off(line, c), lambda: opened(line))
    away.tells("connection refused", lambda: (line.refuse(), line.reset()), line.listen)


def test_sshd(host):
    """sshd has too many logins at once; it refuses this one; it has another key."""
    line = Line(PORT, ("127.0.0.1", host.port()))
    away = Away(host, *BY_LINE, "-o", "BatchMode=yes")
    host.configure_sshd("MaxStartups 1:100:1\n")
    waiting = []

    def takes_the_place():
        waiting[:] = [socket.create_connection(("127.0.0.1", host.port()))]
        return waiting[0].recv(100).startswith(b"SSH-")

    def crowd():
        wait_until(takes_the_place, "the only place for a login is taken")
        line.reset()
    away.tells("sshd busy: MaxStartups", crowd, lambda: waiting[0].close())
    host.configure_sshd("")
    keys = "/home/alice/.ssh/authorized_keys"
    away.tells("login refused", lambda: (os.rename(keys, keys + "-"), line.reset()),
               lambda: os.rename(keys + "-", keys), again="~r")
    with open("/etc/ssh/test_host_key") as f:
        key = f.read()

    def change():
        os.unlink("/etc/ssh/test_host_key")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/etc/ssh/test_host_key"], check=True,
                       input=b"y\n", stdout=subprocess.DEVNULL)
        host.configure_sshd("")
        line.reset()

    def back():
        write("/etc/ssh/test_host_key", key, 0o600)
        host.configure_sshd("")
    away.tells("host key has changed", change, back, again="~r")


def test_the_name(host):
    """No resolver answers for the name; the name is gone."""
    line = Line(PORT, ("127.0.0.1", host.port()))
    with open("/etc/hosts") as f:
        hosts = f.read()
    write("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    write("/etc/hosts", hosts + "127.0.0.1 box.example\n")
    away = Away(host, *BY_LINE, "-o", "HostName=box.example")
    away.tells("DNS fails", lambda: (write("/etc/hosts", hosts), line.reset()),
               lambda: write("/etc/hosts", hosts + "127.0.0.1 box.example\n"))


def test_the_network(host):
    """The laptop has no network, and then no way to the host in it."""
    laptop = Laptop()
    away = Away(host, "-o", "HostName=" + SERVER, netns=laptop.net)
    away.tells("no network", laptop.cut, laptop.mend)
    away.tells("no route to it", lambda: (laptop.ip("route", "add", "unreachable", SERVER + "/32"), away.t.line("")),
               lambda: laptop.ip("route", "del", "unreachable", SERVER + "/32"))
