# SPDX-License-Identifier: MIT
"""What is not an interactive login is what it would be without us, byte for byte."""
import hashlib
import os
import shutil
import socket
import subprocess

import template
from template import write
from term import Skip, check, equal, wait_until

NASTY = bytes(range(256)) * 64 + b"\x1b[6n\x1b[c\r\n" + b"~.\n" * 3


def nothing_held(host):
    equal(host.sessions(), [], "sessions")
    equal(host.named("holdfast-keeper"), [], "keepers")


def test_command(host):
    with open("/home/alice/nasty", "wb") as f:
        f.write(NASTY)
    r = host.ssh_run(args=["cat nasty; echo err >&2; exit 9"])
    equal((r.returncode, r.stdout == NASTY, r.stderr), (9, True, b"err\n"), "ssh host cmd")
    nothing_held(host)


def test_command_on_a_terminal(host):
    with open("/home/alice/nasty", "wb") as f:
        f.write(NASTY)
    t = host.ssh(options=["-t"], args=["stty raw; cat nasty; exit 9"])
    equal(t.wait_exit(), 9, "the status of ssh")
    equal(bytes(t.data) == NASTY, True, "the output of ssh -t host cmd (%d bytes for %d)" % (len(t.data), len(NASTY)))
    nothing_held(host)


def test_stdin_of_100_megabytes(host):
    block = os.urandom(1 << 20)
    data = block * 100
    r = host.ssh_run(args=["cat"], input=data, timeout=240)
    equal(r.returncode, 0, "the status of ssh")
    equal(hashlib.sha256(r.stdout).digest() == hashlib.sha256(data).digest(), True, "what came back is what was sent")
    equal(r.stderr, b"", "standard error")


def test_command_that_reads_nothing(host):
    r = host.ssh_run(args=["true"], input=b"x" * 1000000)
    equal((r.returncode, r.stdout), (0, b""), "ssh host true with much input")


def test_command_killed(host):
    r = host.ssh_run(args=["kill -9 $$"])
    equal((r.returncode, r.stdout), (255, b""), "ssh host 'kill -9 $$'")


def file_of(size):
    data = os.urandom(size)
    with open("/home/laptop/data", "wb") as f:
        f.write(data)
    os.chmod("/home/laptop/data", 0o644)
    shutil.rmtree("/home/laptop/back", ignore_errors=True)
    os.mkdir("/home/laptop/back")
    shutil.chown("/home/laptop/back", "laptop")
    return data


def same_files(data, *paths):
    for path in paths:
        with open(path, "rb") as f:
            equal(f.read() == data, True, path + " is the same")


def client(host, *argv, **kw):
    r = host.ssh_run(argv=list(argv), **kw)
    equal(r.returncode, 0, "the status of %s (%r)" % (" ".join(argv), r.stderr[-300:]))
    return r


def test_scp(host):
    data = file_of(3 << 20)
    for options in ([], ["-O"]):
        client(host, "scp", *options, "data", "alice@server:copied")
        client(host, "scp", *options, "alice@server:copied", "back/copied")
        same_files(data, "/home/alice/copied", "/home/laptop/back/copied")
        os.unlink("/home/alice/copied")
    nothing_held(host)


def sftp_story(host):
    data = file_of(3 << 20)
    client(host, "sftp", "-b", "-", "alice@server", input=b"put data copied\nget copied back/copied\n")
    same_files(data, "/home/alice/copied", "/home/laptop/back/copied")
    nothing_held(host)


def test_sftp_external(host):
    sftp_story(host)


def test_sftp_internal(host):
    path = "/etc/ssh/sshd_config"
    with open(path) as f:
        text = f.read()
    lines = [line for line in text.splitlines(True) if not line.split()[:2] == ["Subsystem", "sftp"]]
    check(len(lines) < len(text.splitlines()), "no Subsystem sftp line in Debian's sshd_config")
    write(path, "".join(lines))
    host.configure_sshd("Subsystem sftp internal-sftp\n")
    sftp_story(host)


def test_rsync(host):
    if not shutil.which("rsync"):
        raise Skip("no rsync")
    data = file_of(3 << 20)
    client(host, "rsync", "-a", "data", "alice@server:copied")
    client(host, "rsync", "-a", "alice@server:copied", "back/copied")
    same_files(data, "/home/alice/copied", "/home/laptop/back/copied")
    nothing_held(host)


def test_git(host):
    if not shutil.which("git"):
        raise Skip("no git")

    def git(user, *argv, cwd=None):
        name = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main"]
        r = host.as_user(user, ["git", *name, *argv], cwd=cwd or "/home/" + user)
        equal(r.returncode, 0, "the status of git %s: %r" % (" ".join(argv), r.stderr[-300:]))
        return r.stdout
    git("alice", "init", "-q", "repo")
    write("/home/alice/repo/file", "content\n", owner=host.ids("alice")[:2])
    git("alice", "add", ".", cwd="/home/alice/repo")
    git("alice", "commit", "-q", "-m", "first", cwd="/home/alice/repo")
    git("alice", "clone", "-q", "--bare", "repo", "bare")
    git("laptop", "clone", "-q", "alice@server:bare", "work")
    write("/home/laptop/work/file", "more\n", owner=host.ids("laptop")[:2])
    git("laptop", "commit", "-q", "-a", "-m", "second", cwd="/home/laptop/work")
    git("laptop", "push", "-q", cwd="/home/laptop/work")
    equal(git("alice", "--git-dir=bare", "log", "--format=%s", "main"), b"second\nfirst\n", "commits pushed")
    nothing_held(host)


KEY3 = ["-F", "none", "-p", str(template.PORT), "-i", "/home/laptop/.ssh/key3", "-o", "IdentitiesOnly=yes",
        "-o", "HostKeyAlias=server", "-o", "UserKnownHostsFile=/home/laptop/.ssh/known_hosts"]


def restricted_key(options=""):
    with open("/home/laptop/.ssh/key3.pub") as f:
        key = f.read()
    with open("/home/alice/.ssh/authorized_keys", "a") as f:
        f.write('command="echo forced: $SSH_ORIGINAL_COMMAND"%s %s' % (options, key))


def test_forced_command(host):
    """A command= key never reaches the subsystem or a held shell."""
    restricted_key()
    for args, said in (([], b"forced:"), (["id"], b"forced: id"), (["-s", "resume"], b"forced:")):
        r = host.ssh_run(options=KEY3 + (["-s"] if "-s" in args else []), args=[a for a in args if a != "-s"],
                         host="127.0.0.1")
        equal(r.returncode, 0, "the status of ssh %s: %r" % (args, r.stderr))
        check(r.stdout.startswith(said), "ssh %s printed %r" % (args, r.stdout))
        check(b"PROMPT" not in r.stdout, "ssh %s gave a shell: %r" % (args, r.stdout))
    t = host.ssh(options=KEY3 + ["-tt", "-s"], args=["resume"], host="127.0.0.1")
    equal(t.wait_exit(), 0, "the status of ssh -t -s resume")
    check("forced:" in t.text() and "PROMPT" not in t.text(), "ssh -t -s resume printed %r" % t.text())
    t = host.ssh(options=KEY3, host="127.0.0.1")
    equal(t.wait_exit(), 0, "the status of ssh on a terminal")
    check("forced:" in t.text() and "PROMPT" not in t.text(), "ssh printed %r" % t.text())
    nothing_held(host)


def test_forced_command_does_not_get_a_held_shell(host):
    """Nor with a held shell of the same user about."""
    restricted_key()
    t = host.login()
    host.drop(t)
    t = host.ssh(options=KEY3 + ["-o", "SetEnv=LC_HOLDFAST=1"], host="127.0.0.1")
    equal(t.wait_exit(), 0, "the status of ssh")
    check("forced:" in t.text() and "PROMPT" not in t.text(), "ssh printed %r" % t.text())
    host.wait_sessions(1, "dropped")


def test_chrooted_sftp(host):
    os.makedirs("/var/jail/files", 0o755)
    shutil.chown("/var/jail/files", "chris")
    host.configure_sshd("Match User chris\n\tChrootDirectory /var/jail\n\tForceCommand internal-sftp\n")
    data = file_of(1 << 20)
    client(host, "sftp", "-b", "-", "chris@server",
           input=b"put data files/copied\nget files/copied back/copied\n")
    same_files(data, "/var/jail/files/copied", "/home/laptop/back/copied")


def test_chrooted_shell(host):
    """The hook, the programs and even /run are in there: a plain shell, which works."""
    os.makedirs("/var/jail", 0o755)
    for d in ("usr", "etc", "dev", "proc", "run", "home", "tmp"):
        os.mkdir("/var/jail/" + d)
        subprocess.run(["mount", "--rbind", "/" + d, "/var/jail/" + d], check=True)
    for d in ("bin", "lib", "lib64", "sbin"):
        if os.path.islink("/" + d):
            os.symlink(os.readlink("/" + d), "/var/jail/" + d)
    host.configure_sshd("Match User chris\n\tChrootDirectory /var/jail\n")
    t = host.login("chris")
    equal(t.run("test -d /usr/bin -a ! -e /sys/kernel"), 0, "inside the jail")
    equal(t.ask("$HOLDFAST_SESSION"), "", "HOLDFAST_SESSION")
    t.line("exit 5")
    equal(t.wait_exit(), 5, "the status of ssh")
    equal(host.sessions("chris"), [], "sessions")


def test_nologin_user(host):
    t = host.ssh("carol")
    equal(t.wait_exit(), 1, "the status of ssh")
    check("not available" in t.text(), "nologin printed %r" % t.text())
    equal(host.named("holdfast-keeper"), [], "keepers")


def test_control_master(host):
    """Several shells, a command and a copy on one connection."""
    mux = ["-o", "ControlPath=/home/laptop/mux", "-o", "ControlMaster=auto"]
    a = host.login(options=mux)
    b = host.login(options=mux)
    c = host.login(options=mux)
    pids = [t.shell_pid() for t in (a, b, c)]
    equal(len(set(pids)), 3, "different shells")
    equal(len(host.sshd_of("alice", "monitor")), 1, "connections")
    r = host.ssh_run(options=mux, args=["echo hello"])
    equal((r.returncode, r.stdout), (0, b"hello\n"), "a command on the same connection")
    data = file_of(1 << 20)
    client(host, "scp", *mux, "data", "alice@server:copied")
    same_files(data, "/home/alice/copied")
    b.line("exit 3")
    equal(b.wait_exit(), 3, "the status of the second")
    equal([a.shell_pid(), c.shell_pid()], [pids[0], pids[2]], "the others go on")
    held = [t.ask("$HOLDFAST_SESSION") for t in (a, c)]
    a.kill()
    c.wait_exit()
    host.wait_sessions(len([h for h in held if h]), "dropped")
    equal(held[0] != "", True, "the first is held")
    back = [host.ssh().shell_pid() for h in held if h]
    equal(sorted(back), sorted(p for p, h in zip([pids[0], pids[2]], held) if h), "shells after the resume")


def test_forwarding_only(host):
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(1)
    t = host.ssh(options=["-N", "-L", "5555:127.0.0.1:%d" % server.getsockname()[1]])

    def connect():
        s = socket.socket()
        if s.connect_ex(("127.0.0.1", 5555)) == 0:
            return s
        s.close()
    c = wait_until(connect, "ssh -N -L listens")
    peer, _ = server.accept()
    c.sendall(NASTY)
    got = b""
    while len(got) < len(NASTY):
        got += peer.recv(65536)
    equal(got == NASTY, True, "forwarded bytes")
    nothing_held(host)
    t.kill()


def test_variables_reach_the_shell(host):
    """What sshd sets for the login is in the held shell as well."""
    t = host.login(options=["-o", "SetEnv=LC_A=b,c"])
    equal(t.ask("$LC_A"), "b,c", "LC_A")
    check(t.ask("$SSH_CONNECTION").startswith("127.0.0.1 "), "SSH_CONNECTION")


def test_record_is_removed(host):
    """A login that ends leaves no record."""
    host.ssh_run(args=["true"])
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    equal(len(host.records()), 1, "records")
    t.line("exit")
    t.wait_exit()
    wait_until(lambda: not host.records(), "no record is left", 20)
