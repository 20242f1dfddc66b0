# SPDX-License-Identifier: MIT
"""The programs that take the name of an ssh, with the client in its place: the real program, and a real sshd.

They get the client as $TOOL_SSH, a script that writes its arguments down and executes the client: so a case can tell
that the program did use it, and with what.
"""
import json
import os
import shutil
import signal
import subprocess

import screens
from term import DEADLINE, Skip, Term, check, equal, wait_until
from template import PORT, write

HOLDFAST = "/usr/bin/holdfast"
HOME = "/home/laptop"
WRAPPER = HOME + "/bin/holdfast"
CALLS = HOME + "/calls"
SOME = bytes(range(256)) * 4096  # 1 MiB


def prepare(host, *programs):
    """The script; Skip if a program is missing."""
    for program in (HOLDFAST, *programs):
        if not shutil.which(program):
            screens.missing(program)
    write(WRAPPER, "#!/bin/sh\n{ for a; do printf '[%%s] ' \"$a\"; done; echo; } >>%s\nexec %s \"$@\"\n"
          % (CALLS, HOLDFAST), 0o755)
    put(host, "some", SOME)


def put(host, name, data, user="laptop"):
    path = os.path.join("/home", user, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)
    for p in (path, os.path.dirname(path)):
        os.chown(p, *host.ids(user)[:2])
    return path


def get(path):
    with open(path, "rb") as f:
        return f.read()


def calls(*words):
    """How the program called the client; each of WORDS must stand in one of the lines."""
    try:
        lines = get(CALLS).decode().splitlines()
    except FileNotFoundError:
        lines = []
    for word in words:
        check(any(word in line for line in lines), "the client was not called with %s: %s" % (word, lines))
    return lines


def run(host, *argv, status=0, **kw):
    env = {"TERM": "xterm", **kw.pop("env", {})}
    r = host.ssh_run(argv=["/usr/bin/setsid", *argv], env=env, **kw)
    said = ((r.stdout or b"")[-400:], (r.stderr or b"")[-800:])
    equal(r.returncode, status, "status of %s; %s" % (" ".join(argv[:3]), said))
    return r.stdout


def cut(host):
    pids = host.sshd_of("alice", "user")
    check(pids, "no connection of alice's")
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def created(host):
    """How often a session was held, as far as the log tells by now."""
    return len(host.syslog.find("event=create .*user=alice"))


def were_held(host, count, what="held commands"):
    """A leader writes its line beside the command, which may end before."""
    wait_until(lambda: created(host) >= count, "%d %s in the log" % (count, what))
    equal(created(host), count, what)


def test_scp(host):
    prepare(host, "scp")
    for old in ((), ("-O",)):
        run(host, "scp", "-q", *old, "-S", WRAPPER, "some", "alice@server:there")
        equal(get("/home/alice/there"), SOME, "what arrived")
        run(host, "scp", "-q", *old, "-S", WRAPPER, "alice@server:there", "back")
        equal(get(HOME + "/back"), SOME, "what came back")
        os.unlink("/home/alice/there")
    calls("[-s] [--] [server] [sftp]", "[scp -t there]", "[scp -f there]")
    were_held(host, 2, "held commands, those of scp -O,")


def test_sftp(host):
    prepare(host, "sftp")
    put(host, "batch", b"put some there\nrename there here\nget here back\nls -l\n")
    out = run(host, "sftp", "-S", WRAPPER, "-b", "batch", "alice@server")
    check(b"here" in out, out)
    equal(get(HOME + "/back"), SOME, "what came back")
    calls("[sftp]")
    equal(created(host), 0, "held commands")


def test_sshfs(host):
    prepare(host, "sshfs", "fusermount3")
    if not os.path.exists("/dev/fuse"):
        raise Skip("no /dev/fuse here")
    mount = HOME + "/mount"
    os.mkdir(mount)
    os.chown(mount, *host.ids("laptop")[:2])
    run(host, "sshfs", "-o", "ssh_command=" + WRAPPER, "alice@server:", mount)
    # a file system of laptop's, which nobody else may enter
    run(host, "cp", "some", mount + "/there")
    equal(get("/home/alice/there"), SOME, "what arrived")
    equal(run(host, "cat", mount + "/there"), SOME, "what is read")
    run(host, "fusermount3", "-u", mount)
    calls("[-s] [--] [alice@server] [sftp]")


def git(host, *argv, **kw):
    return run(host, "git", "-c", "user.name=l", "-c", "user.email=l@l", "-c", "init.defaultBranch=main", *argv, **kw)


def test_git(host):
    """With a port in the address, which git gives only to what `-G` has shown to be an ssh; and protocol 2."""
    prepare(host, "git")
    write("/etc/ssh/sshd_config.d/001-git.conf", "AcceptEnv GIT_PROTOCOL\n")
    host.configure_sshd("")
    host.as_user("alice", ["git", "init", "-q", "--bare", "-b", "main", "/home/alice/repo.git"])
    url = "ssh://alice@server:%d/home/alice/repo.git" % PORT
    env = {"GIT_SSH": WRAPPER}
    git(host, "clone", "-q", url, "work", env=env)
    put(host, "work/file", SOME)
    git(host, "-C", "work", "add", "file")
    git(host, "-C", "work", "commit", "-q", "-m", "one")
    git(host, "-C", "work", "push", "-q", "origin", "HEAD:main", env=env)
    git(host, "-C", "work", "fetch", "-q", env={"GIT_SSH_COMMAND": HOLDFAST + " -o LogLevel=ERROR"})
    trace = git(host, "clone", url, "again", env={**env, "GIT_TRACE_PACKET": "1"}, stderr=subprocess.STDOUT)
    check(b"version 2" in trace, "protocol 2 was not agreed on")
    equal(get(HOME + "/again/file"), SOME, "what was cloned")
    calls("[-G]", "[-p] [%d]" % PORT, "git-receive-pack", "git-upload-pack")


def size_of(prefix):
    """Of the file that rsync writes to for as long as the file is not whole."""
    directory, name = os.path.split(prefix)
    return sum(os.path.getsize(os.path.join(directory, n)) for n in os.listdir(directory) if n.startswith(name))


def test_rsync_over_cuts(host):
    """A large transfer at a limited speed goes on over two cuts, each way, and is exact."""
    prepare(host, "rsync")
    data = os.urandom(1 << 16) * 320  # 20 MB
    put(host, "big", data)
    for way, part, target in ((("big", "alice@server:big2"), "/home/alice/.big2.", "/home/alice/big2"),
                              (("alice@server:big2", "big3"), HOME + "/.big3.", HOME + "/big3")):
        p = subprocess.Popen(["rsync", "--whole-file", "--bwlimit=12m", "-e", WRAPPER, *way], cwd=HOME,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             **laptop(host))
        for fraction in (0.25, 0.5):
            wait_until(lambda: p.poll() is not None or size_of(part) > len(data) * fraction, "rsync is on its way",
                       interval=0.01)
            equal(p.poll(), None, "rsync has ended before the cut")
            cut(host)
        out, _ = p.communicate(timeout=DEADLINE)
        equal(p.returncode, 0, "status of rsync; %s" % out[-500:])
        check(get(target) == data, "not what was sent")
    calls("[rsync] [--server]")


def laptop(host):
    uid, gid, groups = host.ids("laptop")
    return {"user": uid, "group": gid, "extra_groups": groups, "start_new_session": True,
            "env": {"PATH": "/usr/bin:/bin", "HOME": HOME, "LANG": "C.UTF-8", "TERM": "xterm"}}


def terminal(host, *argv):
    t = Term(argv, env={"HOME": HOME}, ids=host.ids("laptop"), cwd=HOME, log=host.log)
    host.terms.append(t)
    return t


def test_mosh(host):
    prepare(host, "mosh")
    t = terminal(host, "mosh", "--ssh=" + WRAPPER, "--bind-server=any", "alice@server")
    t.wait_for(r"PROMPT")
    t.line("echo in-$((40+2))-mosh >there; exit")
    equal(t.wait_exit(), 0, "status")
    equal(get("/home/alice/there"), b"in-42-mosh\n", "what the shell has written")
    calls("[-n] [-tt] [-S] [none]", "[mosh-server 'new'")


TRAMP = """
(require 'tramp)
(dolist (method '("ssh" "scp"))
  (setcdr (assq 'tramp-login-program (cdr (assoc method tramp-methods))) (list "%(ssh)s"))
  (let ((copy (assq 'tramp-copy-args (cdr (assoc method tramp-methods)))))
    (when copy (setcar (cdr copy) (append '(("-S" "%(ssh)s")) (cadr copy))))))
(setq tramp-copy-size-limit 1000)
(write-region "by ssh" nil "/ssh:alice@server:/home/alice/one")
(with-temp-buffer
  (insert-file-contents "/ssh:alice@server:/home/alice/one")
  (princ (buffer-string)))
(copy-file "%(home)s/some" "/scp:alice@server:/home/alice/two")
(princ (directory-files "/scp:alice@server:/home/alice" nil "^two$"))
(let ((default-directory "/ssh:alice@server:/tmp/"))
  (princ (shell-command-to-string "pwd; id -un")))
(tramp-cleanup-all-connections)
"""


def test_tramp(host):
    """Emacs reads and writes files, copies with scp, and runs a command, over a login that is not held."""
    prepare(host, "emacs")
    put(host, "tramp.el", (TRAMP % {"ssh": WRAPPER, "home": HOME}).encode())
    out = run(host, "emacs", "-Q", "--batch", "-l", "tramp.el")
    equal(get("/home/alice/one"), b"by ssh", "what was written")
    equal(get("/home/alice/two"), SOME, "what was copied")
    for text in (b"by ssh", b"(two)", b"/tmp\nalice\n"):
        check(text in out, out)
    calls("[-e] [none]")
    equal(host.sessions(), [], "held sessions")


PLAYBOOK = """
- hosts: all
  gather_facts: false
  tasks:
    - command: echo from-{{ ansible_user }}
      register: out
    - command: sh -c 'exit 5'
      register: five
      failed_when: five.rc != 5
    - copy: {src: some, dest: /home/alice/there}
    - ping:
      vars: {ansible_pipelining: true, ansible_ssh_args: -C}
    - debug: {msg: "all-well {{ out.stdout }}"}
"""


def test_ansible(host):
    """With its own options, which share connections, and with pipelining."""
    prepare(host, "ansible-playbook")
    write(HOME + "/ansible.cfg", "[defaults]\ninventory = hosts\ninterpreter_python = /usr/bin/python3\n"
          "[ssh_connection]\nssh_executable = %s\n" % WRAPPER)
    write(HOME + "/hosts", "server ansible_user=alice\n")
    write(HOME + "/play.yml", PLAYBOOK)
    env = {"ANSIBLE_CONFIG": HOME + "/ansible.cfg", "ANSIBLE_NOCOLOR": "1"}
    out = run(host, "ansible-playbook", "play.yml", env=env)
    check(b"all-well from-alice" in out and b"failed=0" in out, out)
    equal(get("/home/alice/there"), SOME, "what was copied")
    calls("[ControlPersist=60s]", "[-tt]")


# At the far end of docker's connection: `docker system dial-stdio` joins it to the daemon's socket.
DIAL = """#!/usr/bin/python3
import socket, sys, threading, os
s = socket.socket(socket.AF_UNIX)
s.connect("/home/alice/docker.sock")
def up():
    while data := os.read(0, 65536):
        s.sendall(data)
    s.shutdown(socket.SHUT_WR)
threading.Thread(target=up, daemon=True).start()
while data := s.recv(65536):
    os.write(1, data)
"""
DAEMON = """
import http.server, json, os, socketserver
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def address_string(self):
        return "socket"
    def do_GET(self):
        body = {"_ping": b"OK"}.get(self.path.rsplit("/", 1)[1], json.dumps({
            "Version": "99.42", "ApiVersion": "1.41", "MinAPIVersion": "1.12", "Os": "linux",
            "Arch": "amd64"}).encode())
        self.send_response(200)
        self.send_header("API-Version", "1.41")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)
    do_HEAD = do_GET
socketserver.ThreadingUnixStreamServer("/home/alice/docker.sock", Handler).serve_forever()
"""
REQUEST = b"GET /v1.41/version HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n"


def docker_host(host):
    """Where there is no docker: its program there, and a daemon that knows its version."""
    prepare(host)
    write("/usr/local/bin/docker-there", DIAL, 0o755)
    write("/home/alice/.bashrc", "docker() { [ \"$*\" = 'system dial-stdio' ] && docker-there; }\n" + PROMPT)
    write("/home/alice/daemon.py", DAEMON)
    uid, gid, groups = host.ids("alice")
    p = subprocess.Popen(["python3", "/home/alice/daemon.py"], user=uid, group=gid, extra_groups=groups,
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: os.path.exists("/home/alice/docker.sock"), "the daemon listens")
    return p


PROMPT = "PS1='PROMPT$ '\n"


def test_docker_argv(host):
    """docker's own words (docker/cli, commandconn), without docker."""
    docker_host(host)
    out = run(host, WRAPPER, "-o", "ConnectTimeout=30", "-T", "-l", "alice", "-p", str(PORT), "--", "server",
              "docker system dial-stdio", input=REQUEST)
    check(out.startswith(b"HTTP/1.1 200") and b"99.42" in out, out)


def test_docker(host):
    """docker looks for "ssh" on PATH, so the client stands there under that name."""
    docker_host(host)
    found = shutil.which("docker", path="/usr/bin:/bin:/usr/local/bin")
    if not found:
        raise Skip("docker is not installed")  # not in Debian 12
    os.makedirs(HOME + "/as-ssh")
    write(HOME + "/as-ssh/ssh", "#!/bin/sh\nexec %s \"$@\"\n" % WRAPPER, 0o755)
    out = run(host, found, "-H", "ssh://alice@server:%d" % PORT, "version", "--format", "{{json .Server}}",
              env={"PATH": HOME + "/as-ssh:/usr/bin:/bin"})
    equal(json.loads(out)["Version"], "99.42", "version")
    calls("[docker] [system] [dial-stdio]")


def test_borg(host):
    prepare(host, "borg")
    env = {"BORG_RSH": WRAPPER, "BORG_REPO": "ssh://alice@server:%d/home/alice/borg" % PORT,
           "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes"}
    run(host, "borg", "init", "-e", "none", env=env)
    run(host, "borg", "create", "::one", "some", env=env)
    equal(run(host, "borg", "extract", "--stdout", "::one", env=env), SOME, "what was stored")
    calls("[borg] [serve]")


def test_under_the_name_of_ssh(host):
    """A link, a copy and a script that are called ssh and come first on PATH: the client finds the real one."""
    prepare(host, "git")
    for name in ("link", "copy", "script"):
        os.makedirs(HOME + "/" + name)
    os.symlink(HOLDFAST, HOME + "/link/ssh")
    shutil.copy(HOLDFAST, HOME + "/copy/ssh")
    write(HOME + "/script/ssh", "#!/bin/sh\n%s \"$@\"\n" % HOLDFAST, 0o755)
    for name in ("link", "copy", "script"):
        path = {"PATH": "%s/%s:/usr/bin:/bin" % (HOME, name)}
        before = created(host)
        equal(run(host, "ssh", "alice@server", "echo hi", env=path), b"hi\n", "a command by a " + name)
        were_held(host, before + 1, "held commands, the last by a " + name)
        # what the client gives to ssh, and what ssh itself starts
        equal(run(host, "ssh", "-J", "bob@server", "-W", "127.0.0.1:%d" % PORT, "alice@server", env=path,
                  input=b"")[:4], b"SSH-", "-J and -W by a " + name)
        equal(run(host, "ssh", "-J", "bob@server", "alice@server", "echo hi", env=path), b"hi\n", "-J by a " + name)
        run(host, "ssh", "-S", "none", "-o", "ControlPath=none", "--transport", "ssh -4", "alice@server", "true",
            env=path)
    # a script with no ssh behind it ends
    alone = {"PATH": HOME + "/script"}
    r = host.ssh_run(argv=[HOLDFAST, "-G", "server"], env=alone)
    equal(r.returncode, 255, "status")
    check(b"HOLDFAST_SSH" in r.stderr, r.stderr)
    told = {**alone, "HOLDFAST_SSH": "/usr/bin/ssh"}
    equal(run(host, HOLDFAST, "alice@server", "echo hi", env=told), b"hi\n", "with the path of ssh")


def test_readme_entry(host):
    """SessionType subsystem, RemoteCommand resume and RequestTTY force: a held shell, as without them."""
    prepare(host)
    words = ("-o", "SessionType=subsystem", "-o", "RemoteCommand=resume", "-o", "RequestTTY=force")
    t = terminal(host, HOLDFAST, "-l", "alice", *words, "server")
    t.prompt()
    t.line("exit 5")
    equal(t.wait_exit(), 5, "status, with options in place of the entry")
    t = terminal(host, HOLDFAST, "-l", "alice", "server-resume")
    t.prompt()
    marked = host.mark(t)
    cut(host)
    wait_until(lambda: [s for s in host.sessions() if s["state"] == "attached"], "attached")
    marked.same(t)
    t.line("exit 7")
    equal(t.wait_exit(), 7, "status")


def test_becomes_ssh(host):
    """What is never held."""
    prepare(host)
    ours, theirs = (run(host, p, "-G", "-o", "Port=7", "alice@server") for p in (HOLDFAST, "/usr/bin/ssh"))
    equal(ours, theirs, "-G")
    equal(run(host, HOLDFAST, "-W", "127.0.0.1:%d" % PORT, "alice@server", input=b"")[:4], b"SSH-", "-W")
    equal(run(host, HOLDFAST, "-Q", "mac"), run(host, "/usr/bin/ssh", "-Q", "mac"), "-Q")
    version = run(host, HOLDFAST, "-V", stderr=subprocess.STDOUT)
    check(b"holdfast " in version and b"OpenSSH_" in version, version)
    # a master, and what is said to it
    master = ["-o", "ControlPath=" + HOME + "/master", "alice@server"]
    run(host, "/usr/bin/ssh", "-MNf", *master, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    check(b"Master running" in run(host, HOLDFAST, "-O", "check", *master, stderr=subprocess.STDOUT), "-O check")
    run(host, HOLDFAST, "-O", "exit", *master)
    equal(created(host), 0, "held commands")


def test_shared_connections(host):
    """-M and -S: a held command over a connection that is the master of others, held ones and plain ones."""
    prepare(host)
    path = HOME + "/master"
    p = subprocess.Popen([HOLDFAST, "-M", "-S", path, "alice@server", "cat"], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, cwd=HOME, **laptop(host))
    wait_until(lambda: p.poll() is not None or os.path.exists(path), "the master listens")
    check(b"Master running" in run(host, HOLDFAST, "-S", path, "-O", "check", "server", stderr=subprocess.STDOUT),
          "-O check")
    logins = len(host.sshd_of("alice", "monitor"))
    equal(run(host, HOLDFAST, "-S", path, "alice@server", "echo held"), b"held\n", "over the master")
    equal(run(host, "/usr/bin/ssh", "-S", path, "alice@server", "echo plain"), b"plain\n", "ssh over the master")
    equal((logins, len(host.sshd_of("alice", "monitor"))), (1, 1), "connections")
    were_held(host, 2)
    equal(p.communicate(b"all of it", timeout=DEADLINE)[0], b"all of it", "what cat got")
    equal(p.returncode, 0, "status")
