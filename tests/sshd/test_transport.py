# SPDX-License-Identifier: MIT
"""The client's transports against a real sshd, through transport-cat: logging in, host keys, proxies, failures."""
import hashlib
import os
import re
import shutil
import socket
import subprocess
import time

from host import by_hand
from template import write
from term import Skip, Term, check, equal, wait_until

CAT = "/usr/libexec/holdfast/transport-cat"
HOME = "/home/laptop"
SSH = HOME + "/.ssh"
ECHO = ("-E", "hello there")
# without laptop's configuration, which has keys of its own
BARE = ("-F", "/dev/null", "-o", "HostName=127.0.0.1", "-o", "HostKeyAlias=server", "-p", "2222",
        "-o", "KexAlgorithms=curve25519-sha256")


def serve(host, config="", subsystem="/usr/bin/cat"):
    """sshd with cat as the subsystem, so that what is sent comes back."""
    if not os.access(CAT, os.X_OK):
        raise Skip("transport-cat was not built")
    if os.path.exists("/etc/ssh/sshd_config.d/holdfast.conf"):
        os.unlink("/etc/ssh/sshd_config.d/holdfast.conf")
    write("/etc/ssh/sshd_config.d/000-case.conf",
          config + ("\nSubsystem resume %s\n" % subsystem if subsystem else "\n"))
    host.start_sshd()


def cat(host, *args, **kw):
    """transport-cat without a terminal, so that nobody can be asked."""
    return host.ssh_run(argv=["setsid", CAT, *args], **kw)


def echo(host, *args, host_name="server", user="alice", **kw):
    return cat(host, "-l", user, *ECHO, *args, host_name, **kw)


def works(r, transport="libssh"):
    check(r.returncode == 0 and b"echoed" in r.stderr, "no echo: status %d, %s" % (r.returncode, r.stderr.decode()))
    check(("transport: " + transport).encode() in r.stderr, "not by %s: %s" % (transport, r.stderr.decode()))


def ends(r, kind, *texts):
    text = r.stderr.decode()
    check("end: %s:" % kind in text, "not %s: %s" % (kind, text))
    for t in texts:
        check(re.search(t, text, re.S), "%r is not in: %s" % (t, text))


def at_terminal(host, *args):
    """transport-cat in a terminal of laptop's."""
    t = Term([CAT, *args], env={"HOME": HOME}, ids=host.ids("laptop"), cwd=HOME, log=host.log)
    host.terms.append(t)
    return t


def typed(t, prompt, answer):
    t.wait_for(re.escape(prompt))
    # the question is shown before the terminal takes the answer: what is typed ahead is flushed
    wait_until(lambda: reads_tty(t.pid), "it waits for an answer")
    t.send(answer + "\r")


def reads_tty(pid):
    """Whether a thread of PID waits in a read of its terminal."""
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/syscall" % (pid, task)) as f:
            words = f.read().split()
        if words[0] == "0" and os.readlink("/proc/%d/fd/%d" % (pid, int(words[1], 16))).startswith("/dev/"):
            return True
    return False


def keygen(path, *args):
    subprocess.run(["ssh-keygen", "-q", "-f", path, *args], check=True, stdin=subprocess.DEVNULL)
    for name in (path, path + ".pub"):
        shutil.chown(name, "laptop", "laptop")


def authorize(path, user="alice", options=""):
    with open(path + ".pub") as f, open("/home/%s/.ssh/authorized_keys" % user, "w") as out:
        out.write(options + f.read())


@by_hand
def test_key(host):
    serve(host)
    works(echo(host))
    works(echo(host, "-C"))
    works(echo(host, "-n", "3"))


@by_hand
def test_command(host):
    serve(host)
    works(echo(host, "-e", "ssh"), "command")
    works(echo(host, "-e", "ssh -S none -o 'ServerAliveInterval 5'"), "command")
    works(cat(host, "-e", "sh -c 'exec cat'", *ECHO, "anywhere"), "command")
    ends(echo(host, "-e", "no-such-program"), "refused", "No such file")


@by_hand
def test_exec(host):
    serve(host)
    for args in ((), ("-e", "ssh")):
        r = cat(host, "-l", "alice", *args, "-X", "echo out; exit 7", "server")
        equal(r.stdout, b"out\n", "what the command said")
        ends(r, "eof", r"status 7")


@by_hand
def test_all_bytes(host):
    """A few megabytes, of every byte, come back whole and in order, by both transports."""
    serve(host)
    data = os.urandom(3 << 20)
    for args in ((), ("-C",), ("-e", "ssh")):
        r = cat(host, "-l", "alice", *args, "-X", "head -c %d" % len(data), "server", input=data)
        equal(hashlib.sha256(r.stdout).hexdigest(), hashlib.sha256(data).hexdigest(), "what came back with %s" % (args,))


@by_hand
def test_no_subsystem(host):
    serve(host, subsystem=None)
    ends(echo(host), "no-subsystem", "has no subsystem")
    ends(echo(host, "-e", "ssh"), "no-subsystem", "has no subsystem")


@by_hand
def test_refused(host):
    """No key that is good, nobody to ask: one line, and no use in trying again."""
    serve(host)
    for args in ((), ("-e", "ssh -o BatchMode=yes")):
        ends(echo(host, *BARE, "-i", SSH + "/key3", *args, user="bob"), "refused", "(?i)permission denied")


@by_hand
def test_no_connection(host):
    serve(host)
    for args in ((), ("-e", "ssh")):
        ends(echo(host, "-p", "9", *args), "lost", "Connection refused")
    ends(echo(host, "-o", "HostName=no-such-host.invalid"), "lost", "no-such-host.invalid")


@by_hand
def test_black_hole(host):
    """A listener whose queue is full answers nobody: ConnectTimeout."""
    serve(host)
    hole = socket.socket()
    hole.bind(("127.0.0.1", 0))
    hole.listen(0)
    fill = []
    for _ in range(3):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex(hole.getsockname())
        fill.append(s)
    start = time.monotonic()
    ends(echo(host, "-p", str(hole.getsockname()[1]), "-o", "ConnectTimeout=2"), "lost", "does not answer")
    check(time.monotonic() - start > 1.5, "too early")


@by_hand
def test_silent_host(host):
    """It takes the connection and says nothing."""
    serve(host)
    quiet = socket.socket()
    quiet.bind(("127.0.0.1", 0))
    quiet.listen(5)
    ends(echo(host, "-p", str(quiet.getsockname()[1]), "-o", "ConnectTimeout=2"), "lost", "does not answer")


@by_hand
def test_passphrase(host):
    """Asked once, though there are three connections; a wrong one is asked again."""
    serve(host)
    keygen(SSH + "/locked", "-t", "ed25519", "-N", "open sesame")
    authorize(SSH + "/locked")
    t = at_terminal(host, "-l", "alice", *ECHO, "-n", "3", "-i", SSH + "/locked", "server")
    typed(t, "Passphrase for key '%s/locked': " % SSH, "wrong")
    typed(t, "Passphrase for key '%s/locked': " % SSH, "open sesame")
    equal(t.wait_exit(), 0, "the status")
    equal(t.data.count(b"Passphrase"), 2, "questions")
    equal(t.data.count(b"echoed"), 3, "connections")


@by_hand
def test_password(host):
    """By the method password: a refused one is asked for again, a good one never."""
    serve(host, "KbdInteractiveAuthentication no")
    t = at_terminal(host, "-l", "alice", *ECHO, "-n", "3", "-o", "PubkeyAuthentication=no", "server")
    typed(t, "alice@server's password: ", "nonsense")
    t.wait_for("please try again")
    typed(t, "alice@server's password: ", "alice-secret")
    equal(t.wait_exit(), 0, "the status")
    equal(t.data.count(b"password: "), 2, "questions")
    equal(t.data.count(b"echoed"), 3, "connections")


@by_hand
def test_keyboard_interactive(host):
    """Through PAM; then with a key as the first factor."""
    serve(host, "KbdInteractiveAuthentication yes")
    t = at_terminal(host, "-l", "alice", *ECHO, "-n", "3", "-o", "PubkeyAuthentication=no", "-o",
                    "PasswordAuthentication=no", "server")
    typed(t, "Password: ", "alice-secret")
    equal(t.wait_exit(), 0, "the status")
    equal(t.data.count(b"Password: "), 1, "questions")
    host.configure_sshd("KbdInteractiveAuthentication yes\nAuthenticationMethods publickey,keyboard-interactive\n"
                        "Subsystem resume /usr/bin/cat\n")
    t = at_terminal(host, "-l", "alice", *ECHO, "-n", "2", "server")
    typed(t, "Password: ", "alice-secret")
    equal(t.wait_exit(), 0, "the status with two factors")
    equal(t.data.count(b"Password: "), 1, "questions with two factors")


@by_hand
def test_two_keys(host):
    """AuthenticationMethods publickey,publickey: two keys that are both good."""
    serve(host, "AuthenticationMethods publickey,publickey")
    works(echo(host, "-i", SSH + "/key1", "-i", SSH + "/key2"))


@by_hand
def test_agent(host):
    """A key that only the agent has; IdentitiesOnly keeps the others of the agent from being tried."""
    serve(host, "MaxAuthTries 3")
    keygen(SSH + "/only", "-t", "ed25519", "-N", "")
    authorize(SSH + "/only")
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", "/tmp/agent"], stdout=subprocess.DEVNULL)
    wait_until(lambda: os.path.exists("/tmp/agent"), "the agent listens")
    for i in range(6):
        keygen("/tmp/other%d" % i, "-t", "ed25519", "-N", "")
        subprocess.run(["ssh-add", "-q", "/tmp/other%d" % i], check=True, env={"SSH_AUTH_SOCK": "/tmp/agent"})
    subprocess.run(["ssh-add", "-q", SSH + "/only"], check=True, env={"SSH_AUTH_SOCK": "/tmp/agent"})
    os.chmod("/tmp/agent", 0o777)
    os.unlink(SSH + "/only")
    shutil.chown("/tmp/agent", "laptop")
    env = {"SSH_AUTH_SOCK": "/tmp/agent"}
    # ssh-agent serves only its own user and root: the client is root here
    root = ["setsid", CAT, "-F", SSH + "/config", "-l", "alice", *ECHO]
    base = {"PATH": "/usr/bin:/bin", "HOME": "/root", **env}

    def run(*args):
        return subprocess.run([*root, *args, "server"], env=base, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    ends(run("-i", "/nonexistent"), "refused", "denied")
    works(run("-o", "IdentityFile=" + SSH + "/only"))
    ends(run("-o", "IdentitiesOnly=no", "-i", "/nonexistent"), "refused", "(?i)too many authentication failures|denied")
    ends(run("-o", "IdentityAgent=none", "-o", "IdentityFile=" + SSH + "/only"), "refused", "denied")
    agent.terminate()
    agent.wait()


@by_hand
def test_certificate(host):
    keygen(SSH + "/ca", "-t", "ed25519", "-N", "")
    keygen(SSH + "/mine", "-t", "ed25519", "-N", "")
    subprocess.run(["ssh-keygen", "-q", "-s", SSH + "/ca", "-I", "test", "-n", "alice", SSH + "/mine.pub"], check=True)
    shutil.chown(SSH + "/mine-cert.pub", "laptop")
    shutil.copy(SSH + "/ca.pub", "/etc/ssh/ca.pub")
    serve(host, "TrustedUserCAKeys /etc/ssh/ca.pub\nAuthorizedKeysFile none")
    works(echo(host, "-i", SSH + "/mine"))
    os.rename(SSH + "/mine-cert.pub", SSH + "/elsewhere.pub")
    works(echo(host, "-i", SSH + "/mine", "-o", "CertificateFile=" + SSH + "/elsewhere.pub"))
    ends(echo(host, "-i", SSH + "/mine"), "refused", "denied")


@by_hand
def test_unknown_host(host):
    """The question: no, the fingerprint, yes; then it is known, by a hashed name."""
    serve(host)
    known = HOME + "/known"
    args = ("-l", "alice", *ECHO, "-o", "UserKnownHostsFile=" + known, "-o", "StrictHostKeyChecking=ask", "-o",
            "HashKnownHosts=yes", "server")
    ends(cat(host, *args), "refused", "there is no terminal to ask")
    t = at_terminal(host, *args)
    typed(t, r"(yes/no/[fingerprint])? ", "maybe")
    typed(t, "Please type", "no")
    equal(t.wait_exit(), 3, "the status after no")
    check(not os.path.exists(known), "it was written down")
    t = at_terminal(host, *args)
    t.wait_for(re.escape("(yes/no/[fingerprint])? "))
    fingerprint = re.search(rb"SHA256:\S+", bytes(t.data)).group().decode()
    r = subprocess.run(["ssh-keygen", "-lf", "/etc/ssh/test_host_key.pub"], capture_output=True, text=True)
    check(fingerprint in r.stdout, "the fingerprint %s is not that of %s" % (fingerprint, r.stdout))
    wait_until(lambda: reads_tty(t.pid), "it waits for an answer")
    t.send(fingerprint + "\r")
    equal(t.wait_exit(), 0, "the status after the fingerprint")
    with open(known) as f:
        text = f.read()
    check(text.startswith("|1|") and text.count("\n") == 1, "the line is %r" % text)
    works(echo(host, "-o", "UserKnownHostsFile=" + known, "-o", "StrictHostKeyChecking=yes"))
    r = host.ssh_run(options=("-o", "UserKnownHostsFile=" + known, "-o", "StrictHostKeyChecking=yes"), args=("true",))
    equal(r.returncode, 0, "what ssh makes of the line")


@by_hand
def test_accept_new(host):
    serve(host)
    known = HOME + "/known"
    args = ("-o", "UserKnownHostsFile=" + known, "-o", "StrictHostKeyChecking=accept-new")
    works(echo(host, *args))
    check(os.path.exists(known), "it was not written down")
    ends(echo(host, "-o", "UserKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=yes"), "refused", "demands one")


@by_hand
def test_changed_host(host):
    """Refused loudly; with checking off: keys only."""
    serve(host)
    keygen("/tmp/other", "-t", "ed25519", "-N", "")
    with open("/tmp/other.pub") as f:
        write(HOME + "/known", "\n# a comment\nserver " + f.read())
    known = ("-o", "UserKnownHostsFile=" + HOME + "/known")
    for strict in ("yes", "ask", "accept-new"):
        ends(echo(host, *known, "-o", "StrictHostKeyChecking=" + strict), "refused", "HAS CHANGED", "known, line 3",
             "ssh-keygen -f .* -R 'server'")
    works(echo(host, *known, "-o", "StrictHostKeyChecking=no"))
    t = at_terminal(host, "-l", "alice", *ECHO, *known, "-o", "StrictHostKeyChecking=no", "-o", "PubkeyAuthentication=no",
                    "server")
    equal(t.wait_exit(), 3, "the status where only a password would do")
    check(b"password:" not in t.data.lower(), "a password was asked for")


@by_hand
def test_revoked_host(host):
    serve(host)
    with open("/etc/ssh/test_host_key.pub") as f:
        key = f.read()
    write(HOME + "/known", "@revoked * %sserver %s" % (key, key))
    ends(echo(host, "-o", "UserKnownHostsFile=" + HOME + "/known"), "refused", "REVOKED")


@by_hand
def test_by_command(host):
    """What libssh can't do: one line, and ssh carries the bytes."""
    serve(host)
    for option, word in (("GSSAPIKeyExchange=yes", "GSSAPI"), ("KnownHostsCommand=/bin/true", "KnownHostsCommand"),
                         ("PKCS11Provider=/nonexistent", "PKCS11Provider"), ("ControlPath=/tmp/none-%C", None)):
        r = echo(host, "-o", option, "-o", "LogLevel=VERBOSE", "-o", "GSSAPIAuthentication=yes",
                 "-o", "PreferredAuthentications=publickey")
        works(r, "command" if word else "libssh")
        check(not word or re.search(r"Using the ssh command \(%s" % word, r.stderr.decode()), "not said: %s" % r.stderr)
    with open(SSH + "/known_hosts") as f:
        text = f.read()
    write(HOME + "/known", text + "@cert-authority server " + text.split(" ", 1)[1])
    works(echo(host, "-o", "UserKnownHostsFile=" + HOME + "/known"), "command")
    write(HOME + "/known", text + "@cert-authority *.example.org " + text.split(" ", 1)[1])
    works(echo(host, "-o", "UserKnownHostsFile=" + HOME + "/known"))


@by_hand
def test_shared_connection(host):
    serve(host)
    master = host.ssh(options=("-M", "-N", "-S", "/tmp/master"))
    wait_until(lambda: os.path.exists("/tmp/master"), "the master listens")
    works(echo(host, "-o", "ControlPath=/tmp/master", "-o", "IdentityFile=/nonexistent"), "command")
    master.kill()


@by_hand
def test_proxy_command(host):
    serve(host)
    proxy = HOME + "/proxy.py"
    write(proxy, "import socket, sys, os, threading\ns = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n"
          "def up():\n while True:\n  b = os.read(0, 65536)\n  if not b: break\n  s.sendall(b)\n s.shutdown(1)\n"
          "threading.Thread(target=up, daemon=True).start()\n"
          "while True:\n b = s.recv(65536)\n if not b: break\n os.write(1, b)\n")
    works(echo(host, "-o", "ProxyCommand=python3 %s %%h %%p" % proxy))
    ends(echo(host, "-o", "ProxyCommand=echo it broke >&2; exit 3"), "lost", "it broke")


@by_hand
def test_jump(host):
    """Through bob to alice; the jump host has a known key too."""
    serve(host)
    works(echo(host, "-J", "bob@server"))
    works(echo(host, "-J", "bob@server,ssh://alice@server:2222", "-n", "2"))
    works(echo(host, "-J", "bob@server", "-e", "ssh"), "command")
    ends(echo(host, "-J", "ssh://bob@server:9"), "lost", "refused|closed|disconnected")


@by_hand
def test_ipv6(host):
    with open("/etc/ssh/sshd_config.d/00-test.conf") as f:
        text = f.read()
    write("/etc/ssh/sshd_config.d/00-test.conf", text + "ListenAddress ::1\n")
    serve(host)
    works(echo(host, "-6", "-o", "HostName=::1"))
    works(echo(host, "-o", "HostName=localhost"))
    works(echo(host, "-o", "BindAddress=::1", "-o", "HostName=localhost"))
    ends(echo(host, "-4", "-o", "HostName=::1"), "lost", "::1")


@by_hand
def test_environment(host):
    """SendEnv and SetEnv reach the session as far as the host takes them."""
    serve(host, "AcceptEnv MY_* OTHER")
    r = cat(host, "-l", "alice", "-o", "SetEnv=OTHER=set", "-o", "SendEnv=MY_*", "-X", "echo $MY_ONE $OTHER", "server",
            env={"MY_ONE": "sent"})
    equal(r.stdout, b"sent set\n", "the environment")


@by_hand
def test_without_ssh(host):
    """No ssh in PATH: libssh reads the configuration."""
    serve(host)
    os.mkdir(HOME + "/bin")
    for name in ("setsid",):
        os.symlink(shutil.which(name), HOME + "/bin/" + name)
    works(echo(host, "-o", "UserKnownHostsFile=" + SSH + "/known_hosts", "-o", "HostKeyAlias=server",
               env={"PATH": HOME + "/bin"}))


@by_hand
def test_bulk(host):
    """Side by side with ssh; the figures are printed, nobody judges by them."""
    serve(host)
    size = 60 << 20
    lines = []
    for name, argv in (("ssh", host.ssh_argv("alice", ("-T",), ("head -c %d /dev/zero" % size,))),
                       ("libssh", [CAT, "-l", "alice", "-X", "head -c %d /dev/zero" % size, "server"]),
                       ("command", [CAT, "-e", "ssh", "-l", "alice", "-X", "head -c %d /dev/zero" % size, "server"])):
        start = time.monotonic()
        r = host.ssh_run(argv=argv)
        equal(len(r.stdout), size, "bytes by " + name)
        lines.append("%s %.0f MB/s" % (name, size / 1e6 / (time.monotonic() - start)))
    print("bulk: " + ", ".join(lines))
    write(os.path.join(host.log, "bulk"), "\n".join(lines) + "\n")
