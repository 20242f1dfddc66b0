# SPDX-License-Identifier: MIT
"""A key in a PKCS#11 token (SoftHSM): libssh is not asked for it, the ssh command has it, and the shell is held."""
import os
import shutil

import screens
from template import write
from term import check, equal
from test_client import attached, client, cut
from test_fallback import FORGETS
from test_transport import typed

LIBRARY = "/usr/lib/softhsm/libsofthsm2.so"
HOME = "/home/laptop"
PIN = "2468"


def token(host):
    """Makes one with a key that alice's account takes: what a client needs of the environment, and its options."""
    for path in ("softhsm2-util", "openssl", LIBRARY):
        if not shutil.which(path) and not os.path.exists(path):
            screens.missing(path)
    uid, gid, _ = host.ids("laptop")
    os.makedirs(HOME + "/tokens")
    os.chown(HOME + "/tokens", uid, gid)
    write(HOME + "/softhsm2.conf", "directories.tokendir = %s/tokens\nobjectstore.backend = file\n" % HOME)
    env = {"SOFTHSM2_CONF": HOME + "/softhsm2.conf", "HOME": HOME}
    for argv in (["softhsm2-util", "--init-token", "--free", "--label", "card", "--pin", PIN, "--so-pin", "13579"],
                 ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", HOME + "/pem"],
                 ["softhsm2-util", "--import", HOME + "/pem", "--token", "card", "--label", "key", "--id", "01",
                  "--pin", PIN]):
        r = host.as_user("laptop", argv, env=env, text=True)
        equal(r.returncode, 0, "status of %s; %s" % (" ".join(argv[:2]), r.stderr))
    os.unlink(HOME + "/pem")
    r = host.as_user("laptop", ["ssh-keygen", "-D", LIBRARY], env=env, text=True)
    check(r.stdout.startswith("ssh-rsa "), "ssh-keygen -D: %r, %r" % (r.stdout, r.stderr))
    with open("/home/alice/.ssh/authorized_keys", "w") as f:
        f.write(r.stdout)
    return env, ["-F", "/dev/null", "-p", str(host.port()), "-o", "HostKeyAlias=server", "-o", "HostName=127.0.0.1"]


def test_pin(host):
    """It is typed for each connection: the client keeps none, for a wrong one that it sent again and again would lock
    a card."""
    env, options = token(host)
    t = client(host, *options, "-o", "PKCS11Provider=" + LIBRARY, env={**env, **FORGETS})
    typed(t, "Enter PIN for 'card': ", PIN)
    marked = host.mark(t.prompt())
    check(t.ask("$HOLDFAST_SESSION") != "", "it is not held")
    cut(host)
    typed(t, "Enter PIN for 'card': ", PIN)
    attached(host)
    marked.same(t)
    check(PIN.encode() not in t.data, "the PIN was shown")


def test_agent(host):
    """The agent has the token (ssh-add -s): then libssh's way will do."""
    env, options = token(host)
    env["SSH_AUTH_SOCK"] = HOME + "/card.sock"
    r = host.as_user("laptop", ["ssh-agent", "-a", env["SSH_AUTH_SOCK"]], env=env)
    equal(r.returncode, 0, "status of ssh-agent")
    write(HOME + "/pin", "#!/bin/sh\necho %s\n" % PIN, 0o755)
    r = host.as_user("laptop", ["ssh-add", "-s", LIBRARY],
                     env={**env, "SSH_ASKPASS": HOME + "/pin", "SSH_ASKPASS_REQUIRE": "force"}, text=True)
    equal(r.returncode, 0, "status of ssh-add -s; " + r.stderr)
    t = client(host, *options, env={**env, **FORGETS})
    marked = host.mark(t.prompt())
    cut(host)
    attached(host)
    marked.same(t)
