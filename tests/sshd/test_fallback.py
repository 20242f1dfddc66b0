# SPDX-License-Identifier: MIT
"""Where the host does not hold a session the client gives what ssh gives, after one line with the true reason."""
import concurrent.futures
import contextlib
import os
import re
import subprocess

import turns
from broken import SEQUENCES, Broken, daemon_hung, daemon_stopped, garbage, left_behind, missing
from host import RUN, takes_long
from relay import Relay
from template import LIBEXEC, PORT, write
from term import Failed, check, equal, wait_until
from test_broken_host import no_room
from test_client import CLIENT, client
from test_hook import slow_pam

CONF = "/etc/holdfast/holdfast.conf"
KEEPER = LIBEXEC + "/holdfast-keeper"
DROPIN = "/etc/ssh/sshd_config.d/holdfast.conf"
HOOK = "/etc/profile.d/00-holdfast.sh"
NONE = r"server has no holdfast; starting a plain ssh"
FORGETS = {"XDG_CACHE_HOME": "/dev/null"}  # so that each login finds it out anew
FAR = 20  # logins
LONG = "true " + "#" * 20000 + "\n"


@contextlib.contextmanager
def file(path, text):
    before = open(path).read() if os.path.exists(path) else None
    write(path, text)
    yield
    os.unlink(path)
    if before is not None:
        write(path, before)


@contextlib.contextmanager
def with_sshd(host, text):
    host.configure_sshd(text)
    yield
    host.configure_sshd("")


@contextlib.contextmanager
def without_line(host, *more):
    """sshd_config has no line of ours; of the programs MORE are gone."""
    with Broken(missing, DROPIN, *more):
        host.configure_sshd("")
        yield
    host.configure_sshd("")


def same(host):
    return contextlib.nullcontext()


class Row:
    def __init__(self, what, state, words, user="alice", command="echo out; echo err >&2; exit 5", shell=True):
        """STATE(host) breaks something while entered; WORDS: a pattern of the line.  SHELL: its user gets a prompt."""
        self.what, self.state, self.words = what, state, words
        self.user, self.command, self.shell = user, command, shell


ROWS = (
    Row("drained", lambda h: file(RUN + "/drain", ""), "server: no new sessions on this host now"),
    Row("MaxSessions", lambda h: file(CONF, "MaxSessions 0\n"), "server: holdfast.conf permits no session"),
    Row("MaxSessionsTotal", lambda h: file(CONF, "MaxSessionsTotal 0\n"), "server: .*sessions"),
    Row("a typo in holdfast.conf", lambda h: file(CONF, "MaxSessoins 3\n"), "server: .*holdfast.conf"),
    Row("the kill switch", lambda h: file("/etc/holdfast/disabled", ""), "server: switched off"),
    Row("Enable no", lambda h: file(CONF, "Enable no\n"), "server: switched off"),
    Row("holdfastd stopped", daemon_stopped, "server: holdfastd is not running"),
    Row("holdfastd hung", daemon_hung, "server: holdfastd does not answer"),
    Row("no subsystem, and none of the programs", lambda h: without_line(h, CLIENT + "ctl", HOOK), NONE),
    Row("a ForceCommand for one user", lambda h: with_sshd(h, "Match User alice\nForceCommand echo forced; exit 9\n"),
        "server: the host says: forced|server: no answer from holdfast; the host says: forced", shell=False),
    Row("no keeper", lambda h: Broken(missing, KEEPER), "server: "),
    Row("a keeper that is garbage", lambda h: Broken(garbage, KEEPER), "server: "),
    Row("a shell that is nologin", same, "server: .*This account is currently not available", "carol", shell=False),
    Row("a full /run", lambda h: no_room("/run"), "server: cannot record this login"),
    Row("a command over the limit", same, "server: the command is longer than", command=LONG + "echo out; exit 5",
        shell=False),
)


class Counted(Relay):
    """What goes through it to sshd is counted.  OPTIONS lead a client there."""

    def __init__(self):
        super().__init__(2300, ("127.0.0.1", PORT))
        self.options = ["-p", str(self.port)]

    def taken(self):
        """How many connections there were since the last call."""
        count, self.count = self.count, 0
        return count


def said(text):
    return [x for x in SEQUENCES.sub("", text).replace("\r", "\n").split("\n") if x.startswith("holdfast: ")]


def run(host, row, *options):
    return host.ssh_run(argv=["setsid", CLIENT, "-l", row.user, *host.relay.options, *options, "server", row.command],
                        input=b"typed\n", env=FORGETS)


def one_line(lines, row):
    equal(len(lines), 1, "lines of holdfast's with %s: %s" % (row.what, lines))
    check(re.search(row.words, lines[0]), "the reason with %s: %s" % (row.what, lines))
    equal("has no holdfast" in lines[0], row.words == NONE, "it is said to have none, with %s" % row.what)


def by_ssh(host, row):
    """An ssh that is the client's child carries the bytes."""
    as_a_command(host, row, "-o", "KexAlgorithms=sntrup761x25519-sha512@openssh.com,curve25519-sha256")


def as_a_command(host, row, *options):
    """Status and both outputs are ssh's own; one line more, and one connection more at most."""
    beside = host.ssh_run(row.user, args=[row.command], input=b"typed\n")
    host.relay.taken()
    r = run(host, row, *options)
    count = host.relay.taken()
    equal((r.returncode, r.stdout), (beside.returncode, beside.stdout), "status and output; %s" % r.stderr)
    text = r.stderr.decode()
    one_line(said(text), row)
    equal("".join(x for x in text.splitlines(True) if not x.startswith("holdfast: ")), beside.stderr.decode(),
          "standard error beside that")
    check(count <= 2, "%d connections" % count)


def as_a_shell(host, row):
    t = client(host, user=row.user, env=FORGETS)
    if row.shell:
        t.prompt()
        equal(t.ask("$(tty | cut -c-8)$HOLDFAST_SESSION"), "/dev/pts", "its terminal, and no session")
        t.line("exit 7")
    status = t.wait_exit()
    if row.shell:
        equal(status, 7, "status")
    one_line(said(t.text()), row)


def as_required(host, row):
    r = run(host, row, "--require")
    equal(r.returncode, 69 if row.words == NONE else 255, "status with --require; %s" % r.stderr)
    equal(r.stdout, b"", "output with --require")
    lines = said(r.stderr.decode())
    check(len(lines) == 1 and "plain ssh" not in lines[0], "with --require: %s" % lines)


@takes_long
def test_pam_that_never_ends(host):
    """It costs LoginTimeout once: the hook of the plain shell does not try it again."""
    slow_pam(host, 100000)
    with open(CONF, "a") as f:
        f.write("LoginTimeout 2s\n")
    row = Row("a PAM stack that hangs", same, "server: .*not ready in time")
    host.relay = Counted()
    for part in (as_a_command, as_a_shell):
        with contextlib.suppress(FileNotFoundError):
            os.unlink("/run/slow-was-here")
        part(host, row)
        with open("/run/slow-was-here") as f:
            equal(len(f.readlines()), 1, "how often PAM was asked, " + part.__name__)


def test_reasons(host):
    failed = []
    host.relay = Counted()
    for row in turns.rows(ROWS):
        with row.state(host):
            for part in (as_a_command, by_ssh, as_a_shell, as_required):
                if part == as_a_shell and row.command.startswith(LONG):
                    continue
                try:
                    part(host, row)
                except (Failed, OSError) as e:
                    failed.append("%s, %s: %s" % (row.what, part.__name__, e))
        for user in ("alice", "carol"):
            host.ctl(user, "kill", "-a")
        # A login that is still ending would give the next row its room in /run.
        wait_until(lambda: not left_behind(host), "nothing is left behind with " + row.what)
    check(not failed, "%d of %d: %s" % (len(failed), 4 * len(ROWS), " | ".join(failed)))


def test_far_away(host):
    """At a round trip of 200 ms answers come together: the end of the command that looks for our programs counts."""
    relay = Relay(2300, ("127.0.0.1", PORT), delay=0.1, burst=0.05)
    argv = ["setsid", CLIENT, "-l", "alice", "-p", "2300", "server", "echo plain; exit 5"]
    with without_line(host, CLIENT + "ctl"), concurrent.futures.ThreadPoolExecutor(FAR) as pool:
        for r in pool.map(lambda _: host.ssh_run(argv=argv, env=FORGETS), range(FAR)):
            equal((r.returncode, r.stdout), (5, b"plain\n"), "status and output; %s" % r.stderr)
            check(re.search(NONE, r.stderr.decode()), "the line: %s" % r.stderr)
    check(relay.count <= 2 * FAR, "%d connections" % relay.count)


def test_shell_without_a_hook(host):
    """Nothing of ours is read by the login shell; the client is held all the same, and falls back with one line."""
    write("/usr/local/bin/ownshell", '#!/bin/sh\nPS1="PROMPT$ " exec /bin/dash "$@"\n', 0o755)
    subprocess.run(["usermod", "-s", "/usr/local/bin/ownshell", "bob"], check=True)
    t = client(host, user="bob", env=FORGETS).prompt()
    check(t.ask("$HOLDFAST_SESSION"), "it is held")
    t.line("exit 7")
    equal((t.wait_exit(), said(t.text())), (7, []), "status, and lines of holdfast's")
    with file(RUN + "/drain", ""):
        as_a_shell(host, Row("no hook, drained", same, "server: no new sessions on this host now", user="bob"))
