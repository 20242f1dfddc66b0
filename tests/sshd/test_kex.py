# SPDX-License-Identifier: MIT
"""Hosts that agree with ssh on more than libssh has: ssh carries the bytes, at once, and one line says so."""
import os
import re
import subprocess

from relay import Relay
from template import PORT
from term import Skip, check, equal
from test_client import CLIENT
from test_fallback import FORGETS, Counted

HOSTS = "/home/laptop/.cache/holdfast/hosts"
SNTRUP = "sntrup761x25519-sha512@openssh.com"
MLKEM = "mlkem768x25519-sha256"  # of OpenSSH 9.9
BOTH = ["-o", "KexAlgorithms=%s,curve25519-sha256" % SNTRUP]
UMAC = ["-o", "Ciphers=aes128-ctr", "-o", "MACs=umac-128@openssh.com,hmac-sha1"]
# of sshd_config, of the command line, what the line names (None: libssh can do it), connections
ROWS = (
    ("KexAlgorithms %s\n" % SNTRUP, BOTH, SNTRUP, 2),
    ("", BOTH, SNTRUP, 2),
    ("KexAlgorithms curve25519-sha256\n", BOTH, None, 1),
    ("", [], None, 1),  # the configuration of these tests has curve25519-sha256 alone
    ("MACs umac-128@openssh.com\n", UMAC, "umac-128@openssh.com", 2),
    ("MACs hmac-sha1,umac-128@openssh.com\n", UMAC, None, 1),
)


def has(algorithm):
    r = subprocess.run(["ssh", "-Q", "kex"], stdout=subprocess.PIPE, text=True, check=True)
    return algorithm in r.stdout.split()


def test_algorithms(host):
    if not has(SNTRUP):
        raise Skip("this ssh has no " + SNTRUP)
    relay = Counted()
    rows = list(ROWS)
    if has(MLKEM):
        rows.append(("KexAlgorithms %s\n" % MLKEM, ["-o", "KexAlgorithms=%s,curve25519-sha256" % MLKEM], MLKEM, 2))
    else:
        host.note("not tried: this ssh has no " + MLKEM)
    for text, options, name, count in rows:
        host.configure_sshd(text)
        relay.taken()
        r = host.ssh_run(argv=["setsid", CLIENT, "-l", "alice", "-o", "LogLevel=INFO", *relay.options, *options,
                               "server", "cat; exit 3"],
                         input=b"through\n" * 20000, env=FORGETS)
        found = relay.taken()
        text = "with %r and %s" % (text, options)
        equal((r.returncode, r.stdout), (3, b"through\n" * 20000), "status and output %s; %s" % (text, r.stderr))
        lines = re.findall(r"Using the ssh command \((.*)\)\.", r.stderr.decode())
        equal(len(lines), int(name is not None), "lines %s: %s" % (text, r.stderr))
        check(not name or name in lines[0], "the line %s: %s" % (text, lines))
        equal(found, count, "connections " + text)


def test_list(host):
    host.configure_sshd("KexAlgorithms %s\n" % SNTRUP)
    r = host.ssh_run(argv=["setsid", CLIENT, "-l", "alice", *BOTH, "--list", "--json", "server"])
    equal((r.returncode, r.stdout), (0, b'{"schema":1,"sessions":[]}\n'), "the list; %s" % r.stderr)


class Between(Relay):
    """Lines before those of the host, which no signature covers."""

    def take(self, source, q, limit):
        if source.getpeername()[1] == self.to[1]:
            q.put((0, b"x" * 100 + b"\r\n") if self.few else (0, (b"x" * 100 + b"\r\n") * 1000))
        super().take(source, q, limit)


def test_between(host):
    """Who is between us and the host cannot talk us out of an exchange that ssh and the host have."""
    if not has(SNTRUP):
        raise Skip("this ssh has no " + SNTRUP)
    relay = Between(2301, ("127.0.0.1", PORT))
    for relay.few in (False, True):
        r = host.ssh_run(argv=["setsid", CLIENT, "-l", "alice", "-o", "LogLevel=INFO", "-p", "2301", *BOTH, "server",
                               "echo out; exit 3"])
        equal((r.returncode, r.stdout), (3, b"out\n"), "status and output: %s" % r.stderr)
        words = SNTRUP if relay.few else "what the host offers could not be read"
        check("Using the ssh command (" in r.stderr.decode() and words in r.stderr.decode(), "the line: %s" % r.stderr)
        known = os.path.exists(HOSTS) and "needs-ssh" in open(HOSTS).read()
        equal(known, relay.few, "it is remembered that this host takes ssh")
