# SPDX-License-Identifier: MIT
"""What the client remembers of hosts for a day: that one has no holdfast, and that one takes ssh."""
import os
import re
import time

from template import write
from term import check, equal
from test_agent import agent
from test_client import CLIENT, client
from test_fallback import HOOK, Counted, without_line
from test_kex import BOTH, SNTRUP
from test_transport import typed

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


def hash_of(public):
    """As auth_remembered.c names a key."""
    hash = 0xcbf29ce484222325
    for c in public.split()[1].encode():
        hash = (hash ^ c) * 0x100000001b3 & 0xffffffffffffffff
    return "%016x" % hash


def public(name):
    with open("/home/laptop/.ssh/%s.pub" % name) as f:
        return f.read()


def make_key(host, name, passphrase=""):
    host.as_user("laptop", ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", "/home/laptop/.ssh/" + name])


def let_in(name):
    with open("/home/alice/.ssh/authorized_keys", "a") as f:
        f.write(public(name))


def files(*names):
    return [word for name in names for word in ("-i", "/home/laptop/.ssh/" + name)]


def test_login(host):
    """The key that logged in last signs at once; only if it is the first, and the others are there if it fails."""
    equal([login(host) for _ in range(2)], [1, 0], "keys offered at the first login, and the second")
    check("login " in open(HOSTS).read() and "PRIVATE" not in open(HOSTS).read(), open(HOSTS).read())
    # another one is to be taken now
    equal([login(host, *files("key2")) for _ in range(2)], [1, 0], "another comes before it: that one is asked for")
    equal(login(host, *alone(host), *files("key3", "key2")), 1, "and once more, where it comes second")
    # what is remembered does not do any more
    make_key(host, "stranger")
    with open(HOSTS) as f:
        text = f.read()
    owner = os.stat(HOSTS).st_uid, os.stat(HOSTS).st_gid
    write(HOSTS, re.sub(r"[0-9a-f]{16}$", hash_of(public("stranger")), text, flags=re.M), 0o600, owner)
    check(login(host, *files("stranger")) >= 1, "a key that is refused: the others are offered")
    for bad in ("login %d alice@127.0.0.1:%d\t-3 " + hash_of(public("key1")) + "\n",
                "login %d alice@127.0.0.1:%d\t2 \n",
                "login %d alice@127.0.0.1:%d\t2 agent AAAA\n", "login %d alice@127.0.0.1:%d\n",
                "login %d alice@127.0.0.1:%d\t2 file /home/laptop/.ssh/key1\n"):
        write(HOSTS, bad % (time.time(), host.port()), 0o600, owner)
        equal(login(host), 1, "keys offered, with %r" % bad)


def accepted(host):
    """The key that the last login was accepted with, as sshd's log names it."""
    with open(os.path.join(host.log, "sshd.log")) as f:
        return re.findall(r"Accepted publickey for alice .* (SHA256:\S+)", f.read())[-1]


def print_of(host, name):
    r = host.as_user("laptop", ["ssh-keygen", "-lf", "/home/laptop/.ssh/%s.pub" % name], text=True)
    return r.stdout.split()[1]


def test_login_is_ssh_s(host):
    """The key of a login is the one that ssh would log in with, whatever logged in before."""
    make_key(host, "stranger")
    make_key(host, "other")
    let_in("other")
    env = {**agent(host), "HOME": "/home/laptop"}
    for name in ("key1", "other"):
        equal(host.as_user("laptop", ["ssh-add", "/home/laptop/.ssh/" + name], env=env).returncode, 0, "ssh-add")
    # words of the command line, with an agent that has key3, key1 and other; authorized_keys has not stranger
    for names, with_agent in ((("key1",), True), (("other",), True), (("key1",), True), ((), True), (("other",), False),
                              (("key1", "other"), False), (("stranger", "key1"), False)):
        options = [*alone(host), *(files(*names) or ["-o", "IdentityFile=none"])]
        environment = env if with_agent else {"HOME": "/home/laptop"}
        for _ in range(2):
            login(host, *options, env=environment)
            ours = accepted(host)
            r = host.ssh_run(argv=["ssh", "-l", "alice", *options, "server", "exit 5"], env=environment)
            equal((r.returncode, ours), (5, accepted(host)), "the key, with %s, agent: %s" % (names, with_agent))
    # the first one was refused, and is not any more
    let_in("stranger")
    login(host, *alone(host), *files("stranger", "key1"), env={"HOME": "/home/laptop"})
    equal(accepted(host), print_of(host, "stranger"), "the key, once the first of two is accepted")


def test_login_asks_nothing(host):
    """A passphrase that was typed for a login is not asked for when an agent has the key."""
    make_key(host, "locked", "open sesame")
    let_in("locked")
    options = [*alone(host), *files("locked")]
    t = client(host, *options)
    typed(t, "Passphrase for key '/home/laptop/.ssh/locked': ", "open sesame")
    t.prompt().line("exit 5")
    equal(t.wait_exit(), 5, "status of a login with a passphrase")
    env = {**agent(host), "HOME": "/home/laptop"}
    pass_it = "/home/laptop/pass-it"
    write(pass_it, "#!/bin/sh\necho open sesame\n", 0o755)
    equal(host.as_user("laptop", ["ssh-add", "/home/laptop/.ssh/locked"],
                       env={**env, "SSH_ASKPASS": pass_it, "SSH_ASKPASS_REQUIRE": "force"}).returncode, 0, "ssh-add")
    t = client(host, *options, env=env).prompt()
    check("assphrase" not in t.text(), "the agent's key, without a question")
    equal(accepted(host), print_of(host, "locked"), "the agent's key")


def test_login_by_agent(host):
    env = {**agent(host), "HOME": "/home/laptop"}
    equal(host.as_user("laptop", ["ssh-add", "/home/laptop/.ssh/key1"], env=env).returncode, 0, "status of ssh-add")
    options = [*alone(host), "-o", "IdentityFile=none"]
    # libssh asks for each key of an agent; none but the one that logged in is offered
    equal([login(host, *options, env=env) for _ in range(2)], [1, 1], "keys offered at the first login, and the second")
    equal(login(host, *alone(host), "-o", "IdentitiesOnly=yes", "-i", "/home/laptop/.ssh/key1", env=env), 1,
          "with a configuration that does not want the agent's")
