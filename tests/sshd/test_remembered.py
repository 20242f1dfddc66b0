# SPDX-License-Identifier: MIT
"""What the client remembers of hosts for a day: that one has no holdfast, and that one takes ssh."""
import os
import re
import time

from template import write
from term import check, equal
from test_agent import agent
from test_client import CLIENT
from test_fallback import HOOK, Counted, without_line
from test_kex import BOTH, SNTRUP

CACHE = "/home/laptop/.cache/holdfast"
HOSTS = CACHE + "/hosts"


def run(host, *options, command=("echo plain; exit 5",)):
    r = host.ssh_run(argv=["setsid", CLIENT, "-l", "alice", *host.relay.options, *options, "server", *command])
    return r.returncode, r.stdout, r.stderr.decode(), host.relay.taken()


def older(seconds):
    """Makes all that is remembered older."""
    with open(HOSTS) as f:
        lines = [line.split(" ", 2) for line in f]
    uid, gid = os.stat(HOSTS).st_uid, os.stat(HOSTS).st_gid
    text = "".join("%s %d %s" % (what, int(since) - seconds, rest) for what, since, rest in lines)
    write(HOSTS, text, 0o600, (uid, gid))


def test_no_holdfast(host):
    host.relay = Counted()
    with without_line(host, CLIENT + "ctl", HOOK):
        status, out, said, count = run(host)
        equal((status, out), (5, b"plain\n"), "status and output: " + said)
        check("server has no holdfast;" in said and count <= 2, "the first login: %d connections, %s" % (count, said))
        equal(os.stat(HOSTS).st_mode & 0o7777, 0o600, "mode of the file")
        equal(os.stat(CACHE).st_mode & 0o7777, 0o700, "mode of its directory")
        status, out, said, count = run(host)
        equal((status, out, count), (5, b"plain\n", 1), "the second login: status, output, connections: " + said)
        check(re.search(r"server had no holdfast \d+s ago \(holdfast --list server asks again\);", said), said)
        equal(run(host, "--require")[0], 69, "status with --require")
        older(86400)
        check("server has no holdfast;" in run(host)[2], "after a day it is asked again")
        equal(run(host, "--list", command=())[0], 69, "status of --list")
    check("had no holdfast" in run(host)[2], "holdfast was installed since: found only by asking")
    equal(run(host, "--list", command=())[:2], (0, b""), "status of --list")
    equal(run(host)[:3], (5, b"plain\n", ""), "held, since --list has asked")
    check("no-holdfast" not in open(HOSTS).read(), "it is still remembered")


def test_found_by_itself(host):
    """A login that has to ask finds it as well."""
    host.relay = Counted()
    with without_line(host, CLIENT + "ctl", HOOK):
        run(host)
    older(86400)
    equal(run(host)[:3], (5, b"plain\n", ""), "held, after a day")


def test_bad_files(host):
    """Whatever the file is, the login is as good as without it."""
    uid, gid, _ = host.ids("laptop")
    os.makedirs(CACHE, exist_ok=True)
    host.relay = Counted()
    for text in ("", "no-holdfast\n", "no-holdfast 99999999999999999999 alice@127.0.0.1:2300\n", "x" * 100000,
                 "\0" * 5000, "no-holdfast 4000000000 alice@127.0.0.1:2300\n"):
        for owner in ((uid, gid), (0, 0)):
            os.chown(CACHE, *owner)
            write(HOSTS, text, 0o600, owner)
            equal(run(host)[:3], (5, b"plain\n", ""), "status, output and words with %r" % text[:60])
    os.unlink(HOSTS)
    os.symlink("/etc/passwd", HOSTS)
    equal(run(host)[:3], (5, b"plain\n", ""), "with a link")
    os.unlink(HOSTS)


def test_takes_ssh(host):
    host.relay = Counted()
    host.configure_sshd("KexAlgorithms %s\n" % SNTRUP)
    options = [*BOTH, "-o", "LogLevel=INFO"]
    status, _, said, count = run(host, *options)
    check(status == 5 and "Using the ssh command" in said and count == 2, "the first login: %d, %s" % (count, said))
    status, _, said, count = run(host, *options)
    equal((status, said, count), (5, "", 1), "the second login: status, words, connections")
    host.configure_sshd("")
    status, _, said, count = run(host, "-o", "LogLevel=INFO")
    equal((status, said, count), (5, "", 1), "with other algorithms in the configuration")


def offers(host):
    """How often a client has asked whether a key would do."""
    with open(os.path.join(host.log, "sshd.log")) as f:
        return f.read().count("Postponed publickey for alice")


def login(host, *options, **kw):
    """How many keys were offered, and what was said."""
    before = offers(host)
    r = host.ssh_run(argv=["setsid", CLIENT, "-l", "alice", *options, "server", "exit 5"], **kw)
    equal(r.returncode, 5, "status: %s" % r.stderr)
    return offers(host) - before


def alone(host):
    """Options that take nothing from the configuration's files."""
    return ["-F", "/dev/null", "-p", str(host.port()), "-o", "HostName=127.0.0.1", "-o", "HostKeyAlias=server",
            "-o", "KexAlgorithms=curve25519-sha256"]


def test_login(host):
    """The key that logged in last signs at once; only if it is still wanted, and the others are there if it fails."""
    equal([login(host) for _ in range(2)], [1, 0], "keys offered at the first login, and the second")
    check("login " in open(HOSTS).read() and "PRIVATE" not in open(HOSTS).read(), open(HOSTS).read())
    # another one is to be taken now
    equal(login(host, "-o", "IdentityFile=/home/laptop/.ssh/key2"), 0, "the configuration's own is still among them")
    equal(login(host, *alone(host), "-o", "IdentityFile=/home/laptop/.ssh/key2"), 1, "offers, where it is no more")
    # what is remembered does not do any more
    host.as_user("laptop", ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/home/laptop/.ssh/stranger"])
    with open(HOSTS) as f:
        text = f.read()
    owner = os.stat(HOSTS).st_uid, os.stat(HOSTS).st_gid
    write(HOSTS, re.sub(r"/home/laptop/.ssh/key\d", "/home/laptop/.ssh/stranger", text), 0o600, owner)
    stranger = ["-o", "IdentityFile=/home/laptop/.ssh/stranger"]
    check(login(host, *stranger) >= 1, "a key that is refused: the others are offered")
    for bad in ("login %d alice@127.0.0.1:%d\t-3 file /etc/passwd\n", "login %d alice@127.0.0.1:%d\t2 file \n",
                "login %d alice@127.0.0.1:%d\t2 agent AAAA\n", "login %d alice@127.0.0.1:%d\n"):
        write(HOSTS, bad % (time.time(), host.port()), 0o600, owner)
        equal(login(host), 1, "keys offered, with %r" % bad)


def test_login_by_agent(host):
    env = {**agent(host), "HOME": "/home/laptop"}
    equal(host.as_user("laptop", ["ssh-add", "/home/laptop/.ssh/key1"], env=env).returncode, 0, "status of ssh-add")
    options = [*alone(host), "-o", "IdentityFile=none"]
    # libssh asks for each key of an agent; none but the one that logged in is offered
    equal([login(host, *options, env=env) for _ in range(2)], [1, 1], "keys offered at the first login, and the second")
    equal(login(host, *alone(host), "-o", "IdentitiesOnly=yes", "-i", "/home/laptop/.ssh/key1", env=env), 1,
          "with a configuration that does not want the agent's")
