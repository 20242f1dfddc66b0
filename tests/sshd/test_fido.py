# SPDX-License-Identifier: MIT
"""A FIDO key, of a security key that is a program (sk_software.c): it is touched as often as with ssh."""
import os
import shutil
import subprocess

import screens
from host import RUN
from template import write
from term import check, equal, wait_until
from test_asked_once import file
from test_client import attached, client, cut
from test_fallback import FORGETS, Counted
from test_transport import typed

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sk_software.c")
PROVIDER = "/usr/local/lib/sk_software.so"  # in this world alone
HOME = "/home/laptop"
KEY = HOME + "/key_sk"
LOG = "/tmp/touches"
FINGER = "/tmp/finger"
TOUCH = "Confirm user presence for key ED25519-SK"
PIN = "Enter PIN for ED25519-SK key %s: " % KEY


def key(host, *options, pin=None):
    """Makes one that alice's account takes: what its use needs of the environment, and the client's options."""
    for program in ("gcc", "/usr/lib/openssh/ssh-sk-helper"):
        if not shutil.which(program):
            screens.missing(program)
    if not os.path.exists("/usr/include/openssl/evp.h"):
        screens.missing("libssl-dev")
    r = subprocess.run(["gcc", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", PROVIDER, SOURCE, "-lcrypto"],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    equal(r.returncode, 0, "status of gcc; " + r.stdout)
    write(LOG, "", 0o666)
    env = {"SK_LOG": LOG, "HOME": HOME}
    if pin:
        write(HOME + "/pin", "#!/bin/sh\necho %s\n" % pin, 0o755)
        env = {**env, "SSH_ASKPASS": HOME + "/pin", "SSH_ASKPASS_REQUIRE": "force"}
    r = host.as_user("laptop", ["ssh-keygen", "-q", "-t", "ed25519-sk", "-w", PROVIDER, "-f", KEY, "-N", "",
                                *options], env=env, text=True)
    equal(r.returncode, 0, "status of ssh-keygen; " + r.stderr)
    with open(KEY + ".pub") as f, open("/home/alice/.ssh/authorized_keys", "w") as g:
        g.write(f.read())
    return {"SK_LOG": LOG, "HOME": HOME}, ["-F", "/dev/null", "-o", "HostKeyAlias=server", "-o", "HostName=127.0.0.1",
                                          "-p", str(host.port()), "-o", "IdentitiesOnly=yes", "-i", KEY]


def touches():
    """What was noted since the last call."""
    with open(LOG, "r+") as f:
        lines = f.read().split("\n")[:-1]
        f.truncate(0)
    return lines


def touch(t, count):
    """Waits until the person has been asked for it COUNT times."""
    while t.text().count(TOUCH) < count:
        t.wait_for(TOUCH)
    write(FINGER, "", 0o666)
    wait_until(lambda: not os.path.exists(FINGER), "touched")


def leave(host, t):
    t.line("exit 7")
    equal(t.wait_exit(), 7, "status")
    host.wait_none()


def test_touch(host):
    """Once for each connection, which the person is told, and told once."""
    env, options = key(host)
    options += ["-o", "SecurityKeyProvider=" + PROVIDER]
    r = host.ssh_run(argv=["setsid", "ssh", *options, "alice@server", "true"], env=env)
    equal((r.returncode, touches()), (0, ["touch"]), "by ssh")
    os.chmod("/tmp", 0o777)  # so that laptop may take a file away that is another's
    t = client(host, *options, env={**env, "SK_FINGER": FINGER})
    touch(t, 1)
    marked = host.mark(t.prompt())
    check(t.ask("$HOLDFAST_SESSION") != "", "it is not held")
    for count in (2, 3):
        cut(host)
        touch(t, count)
        attached(host)
        marked.same(t)
    equal((t.text().count(TOUCH), touches()), (3, ["touch"] * 3), "in all")
    leave(host, t)


def test_a_host_that_holds_nothing(host):
    """What takes over from the held session goes through the same connection, or one more: never a third touch."""
    env, options = key(host)
    options += ["-o", "SecurityKeyProvider=" + PROVIDER]
    host.relay = Counted()
    with file(RUN + "/drain", ""):
        t = client(host, *host.relay.options, *options, env=env).prompt()
        equal(t.ask("$HOLDFAST_SESSION"), "", "no session")
        equal((len(touches()), host.relay.taken()), (1, 1), "touches and connections")
        t.line("exit 7")
        equal(t.wait_exit(), 7, "status")


def test_pin(host):
    """It is typed for each connection, and kept by nobody."""
    env, options = key(host, "-O", "verify-required", pin="2468")
    t = client(host, *options, "-o", "SecurityKeyProvider=" + PROVIDER, env={**env, **FORGETS})
    typed(t, PIN, "2468")
    marked = host.mark(t.prompt())
    equal(touches(), ["touch pin"], "at the login")
    cut(host)
    typed(t, PIN, "2468")
    attached(host)
    marked.same(t)
    equal(touches(), ["touch pin"], "after a cut")
    check(b"2468" not in t.data, "the PIN was shown")
    leave(host, t)


def test_agent(host):
    """The agent has the key, and asks for the touch: libssh's way will do, and no provider is named."""
    env, options = key(host)
    env["SSH_AUTH_SOCK"] = HOME + "/sk.sock"
    r = host.as_user("laptop", ["ssh-agent", "-a", env["SSH_AUTH_SOCK"], "-P", PROVIDER], env=env)
    equal(r.returncode, 0, "status of ssh-agent")
    r = host.as_user("laptop", ["ssh-add", "-q", "-S", PROVIDER, KEY], env=env, text=True)
    equal(r.returncode, 0, "status of ssh-add; " + r.stderr)
    options += ["-o", "KexAlgorithms=curve25519-sha256"]  # libssh has it
    for more in ([], ["-o", "SecurityKeyProvider=" + PROVIDER]):
        t = client(host, *options, *more, env={**env, **FORGETS})
        marked = host.mark(t.prompt())
        equal(touches(), ["touch"], "at the login")
        check("ssh" not in [p["comm"] for p in host.processes() if p["ppid"] == t.pid], "an ssh is the client's child")
        cut(host)
        attached(host)
        marked.same(t)
        equal(touches(), ["touch"], "after a cut")
        leave(host, t)
