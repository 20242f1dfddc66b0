# SPDX-License-Identifier: MIT
"""A password is typed once: over cuts, and when a plain ssh takes over; by libssh, and by ssh as a child."""
import contextlib
import os
import shutil
import signal

from host import RUN
from template import write
from term import Skip, check, equal, wait_until
from test_client import CLIENT, attached, client, cut
from test_fallback import FORGETS, HOOK, Counted, file, said, same, without_line
from test_kex import BOTH
from test_record import COUNT
from test_remembered import HOSTS
from test_transport import typed

PASSWORD = ["-o", "PubkeyAuthentication=no", "-o", "PreferredAuthentications=password"]
BY = (("libssh", []), ("ssh", BOTH))
TRIES = "/tmp/tries"
PROMPT = "alice@server's password: "


def log_in(host, *options, prompt=PROMPT):
    t = client(host, *PASSWORD, *options, env=FORGETS)
    typed(t, prompt, "alice-secret")
    return t


def asked(t):
    return t.text().count("assword: ")


def test_over_cuts(host):
    for what, options in BY:
        t = log_in(host, *options).prompt()
        marked = host.mark(t)
        for _ in range(2):
            cut(host)
            attached(host)
            marked.same(t)
        equal(asked(t), 1, "how often the password was asked for, by " + what)
        t.line("exit 7")
        equal(t.wait_exit(), 7, "status, by " + what)
        host.wait_none()


def test_wrong_first(host):
    """A wrong answer is not kept."""
    for what, options in BY:
        t = client(host, *PASSWORD, *options, env=FORGETS)
        typed(t, PROMPT, "wrong")
        t.wait_for("try again")
        typed(t, PROMPT, "alice-secret")
        t.prompt()
        cut(host)
        attached(host)
        equal(t.ask("$((6 * 7))"), "42", "it is back, by " + what)
        equal(asked(t), 2, "how often the password was asked for, by " + what)
        t.line("exit 7")
        equal(t.wait_exit(), 7, "status, by " + what)
        host.wait_none()


def test_when_it_is_not_held(host):
    host.relay = Counted()
    for what, options in BY:
        for state in (lambda: file(RUN + "/drain", ""), lambda: without_line(host, CLIENT + "ctl", HOOK)):
            with state():
                t = log_in(host, *host.relay.options, *options).prompt()
                equal(t.ask("$(tty | cut -c-8)$HOLDFAST_SESSION"), "/dev/pts", "its terminal, and no session")
                equal(asked(t), 1, "how often the password was asked for, by " + what)
                equal(len(said(t.text())), 1, "lines of holdfast's")
                t.line("exit 7")
                equal(t.wait_exit(), 7, "status, by " + what)
            check(host.relay.taken() == 2, "connections, by " + what)


def ask_for_code(host):
    """From now on the host asks for a code as well, and notes in TRIES each time that it begins to."""
    if not os.path.exists(COUNT):
        raise Skip("pam_count was not built")
    with open("/etc/pam.d/sshd") as f:
        stack = f.read()
    write("/etc/pam.d/sshd", "auth required %s log=%s name=code ask=246810\n%s" % (COUNT, TRIES, stack))
    write("/etc/ssh/sshd_config.d/0-code.conf",
          "KbdInteractiveAuthentication yes\nAuthenticationMethods keyboard-interactive\n")
    host.configure_sshd("")


def log_in_by_code(host, **more):
    """How often that host has begun to ask."""
    write(TRIES, "", 0o666)
    t = client(host, "-o", "PubkeyAuthentication=no", **more)
    typed(t, "Verification code: ", "246810")
    typed(t, "Password: ", "alice-secret")
    t.prompt()
    equal((t.text().count("Verification code: "), asked(t)), (1, 1), "how often both were asked for")
    t.line("exit 7")
    equal(t.wait_exit(), 7, "status")
    with open(TRIES) as f:
        return f.read().count("authenticate ")


def test_code(host):
    """A code is good once: it is asked for once, where the host holds the session and where it does not."""
    ask_for_code(host)
    for state in (lambda: file(RUN + "/drain", ""), lambda: without_line(host, CLIENT + "ctl", HOOK),
                  contextlib.nullcontext):
        with state():
            log_in_by_code(host, env=FORGETS)


def test_code_of_a_known_host(host):
    """Where the host is known to have holdfast, of any version, no login is begun that is not ended."""
    ask_for_code(host)
    log_in_by_code(host)
    with open(HOSTS) as f:
        lines = f.readlines()
    write(HOSTS, "".join(line for line in lines if not line.startswith("input-ahead ")), 0o600,
          host.ids("laptop")[:2])
    equal(log_in_by_code(host), 1, "how often the host has begun to ask")


def test_canceled(host):
    """Ctrl-C at the question ends it, as ssh is ended."""
    for what, options in BY:
        t = client(host, *PASSWORD, *options, env=FORGETS)
        typed(t, PROMPT, "\x03")
        equal(t.wait_exit(), 255, "status, by " + what)
        equal(asked(t), 1, "how often the password was asked for, by " + what)


def test_suspended(host):
    """A plain ssh that is a child, and stops for ~^Z, stops the client with it, and goes on with it."""
    write(RUN + "/drain", "")
    t = log_in(host).prompt()
    child, = [p["pid"] for p in host.processes() if p["ppid"] == t.pid]
    os.kill(child, signal.SIGSTOP)
    wait_until(lambda: stopped(t.pid), "the client is stopped")
    os.kill(t.pid, signal.SIGCONT)
    equal(t.ask("$((6 * 7))"), "42", "it goes on")
    t.line("exit 7")
    equal(t.wait_exit(), 7, "status")


def stopped(pid):
    with open("/proc/%d/stat" % pid) as f:
        return f.read().rsplit(")", 1)[1].split()[0] == "T"


def test_nothing_is_left(host):
    """No directory is left over, and no ssh that could be shared: at the end, and after a cut."""
    for end in (lambda: None, lambda: cut(host)):
        t = log_in(host, *BOTH).prompt()
        end()
        attached(host)
        equal(t.ask("$((6 * 7))"), "42", "it is there")
        wait_until(lambda: len(host.named("ssh")) <= 2, "no more than one connection of ssh's")
        t.line("exit 7")
        equal(t.wait_exit(), 7, "status")
        equal([n for n in os.listdir("/tmp") if n.startswith("holdfast-")], [], "left in /tmp")
        wait_until(lambda: not host.named("ssh"), "no ssh is left")
        host.wait_none()


def directories():
    return sorted(n for n in os.listdir("/tmp") if n.startswith("holdfast-"))


def test_nobody_else_asks(host):
    """Once a plain ssh that is a child has logged in, there is nothing by which another process could ask the
    person."""
    for what, options in BY:
        write(RUN + "/drain", "")
        t = log_in(host, *options).prompt()
        name, = directories()
        wait_until(lambda: not os.path.exists("/tmp/%s/ask" % name), "no socket for questions, by " + what)
        equal(t.ask("$((6 * 7))"), "42", "it goes on")
        t.line("exit 7")
        equal(t.wait_exit(), 7, "status, by " + what)
        equal(directories(), [], "left in /tmp, by " + what)
        os.unlink(RUN + "/drain")


def test_killed(host):
    """What a client that was killed has left goes with the next one: its directory alone."""
    def old(name):
        os.utime("/tmp/" + name, (1, 1))

    def make(name, mode, owner="laptop"):
        os.mkdir("/tmp/" + name)
        os.chmod("/tmp/" + name, mode)
        os.chown("/tmp/" + name, *host.ids(owner)[:2])

    living = log_in(host, *BOTH).prompt()
    name, = directories()
    old(name)
    t = log_in(host, *BOTH).prompt()
    left, = set(directories()) - {name}
    t.kill(signal.SIGKILL)
    host.wait_gone(t.pid)
    for p in host.processes():  # the connection that is shared would stay for some seconds
        if left in p["cmd"]:
            os.kill(p["pid"], signal.SIGKILL)
    wait_until(lambda: not any(left in p["cmd"] for p in host.processes()), "its ssh is gone too")
    check(os.path.islink("/tmp/%s/holdfast-askpass" % left), "a directory is left")
    old(left)
    kept = ("holdfast-opened", "holdfast-others", "holdfast-filled", "holdfast-longer1", "holdfast-recent")
    for n, mode, owner in zip(kept, (0o755, 0o700, 0o700, 0o700, 0o700),
                              ("laptop", "bob", "laptop", "laptop", "laptop")):
        make(n, mode, owner)
    write("/tmp/%s/mine" % kept[2], "", 0o600, host.ids("laptop")[:2])
    for n in kept[:4]:
        old(n)
    t = log_in(host, *BOTH).prompt()
    t.line("exit 7")
    equal(t.wait_exit(), 7, "status")
    equal(directories(), sorted((name, *kept)), "left in /tmp")
    living.line("exit 7")
    equal(living.wait_exit(), 7, "status of the one that lives")


def test_local_command(host):
    """LocalCommand runs once, and prints on standard output before the host does; as with ssh."""
    trace = "/home/laptop/trace"
    local = ["-o", "PermitLocalCommand=yes", "-o", "LocalCommand=echo local %r; echo run >>" + trace]
    states = (("held", same), ("drained", lambda h: file(RUN + "/drain", "")),
              ("without holdfast", lambda h: without_line(h, CLIENT + "ctl", HOOK)))
    for what, state in states:
        for more in ([], ["-o", "ControlPath=/home/laptop/shared-%C"]):
            with state(host):
                r = host.ssh_run(argv=["setsid", CLIENT, "-l", "alice", *local, *more, "server", "echo out; exit 5"],
                                 env=FORGETS)
            equal((r.returncode, r.stdout), (5, b"local alice\nout\n"), "%s, %s: %s" % (what, more, r.stderr))
            with open(trace) as f:
                equal(f.read(), "run\n", "how often it ran; %s, %s" % (what, more))
            os.unlink(trace)


def test_local_command_of_fish(host):
    """ssh runs LocalCommand by the person's shell, which need not be one of POSIX."""
    if not shutil.which("fish"):
        raise Skip("no fish")
    line = "LocalCommand=if true; echo local; end; set -l mark (math 6 x 7); echo $mark"
    for client in (CLIENT, "ssh"):
        r = host.ssh_run(argv=["setsid", client, "-l", "alice", "-o", "PermitLocalCommand=yes", "-o", line, "server",
                               "echo out; exit 5"], env={**FORGETS, "SHELL": shutil.which("fish")})
        equal((r.returncode, r.stdout), (5, b"local\n42\nout\n"), "%s: %s" % (client, r.stderr))
