# SPDX-License-Identifier: MIT
"""Hosts that agree with ssh on more than libssh has: ssh carries the bytes, at once, and one line says so."""
import re
import subprocess

from term import Skip, check, equal
from test_client import CLIENT
from test_fallback import FORGETS, Counted

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
    equal((r.returncode, r.stdout), (0, b'{"sessions":[]}\n'), "the list; %s" % r.stderr)
