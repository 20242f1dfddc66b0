# SPDX-License-Identifier: MIT
"""holdfastctl upgrade: keepers go on in another build of the program; nobody attached notices."""
import contextlib
import json
import os
import random
import re
import signal
import subprocess
import threading
import time

import framed
import test_command
from framed import Framed
from host import by_request
from template import write
from term import check, equal, wait_until
from versions import KEEPER, another_build, build_id, put


def session(host, user="alice"):
    return next(iter(json.loads(host.ctl(user, "ls", "--json").stdout)["sessions"]))


def upgrade(host, *args, user="alice", status=0):
    r = host.ctl(user, "upgrade", *args)
    equal((r.returncode, r.stderr), (status, r.stderr if status else ""), "holdfastctl upgrade %s" % (args,))
    return r


def test_attached(host):
    t = host.login()
    marked = host.mark(t)
    before = session(host)
    another_build(KEEPER)
    check(session(host)["old"], "another build is not seen as such")
    seen = len(t.data)
    upgrade(host, "1")
    after = session(host)
    equal((after["keeper_pid"], after["shell_pid"], after["build"], after["old"], after["state"]),
          (before["keeper_pid"], before["shell_pid"], build_id(KEEPER), False, "attached"), "the session after it")
    marked.same(t)
    check(b"attached session" not in bytes(t.data[seen:]) and b"resumed" not in bytes(t.data[seen:]), "it was redrawn")
    upgrade(host, "-a")
    host.drop(t)
    marked.same(host.ssh())


class Again:
    """While it is there, all of USER's sessions become another program again and again, and each upgrade must succeed."""

    def __init__(self, host, user="alice"):
        self.host, self.user, self.count, self.wrong, self.over = host, user, 0, None, False
        self.thread = threading.Thread(target=self.work, daemon=True)

    def work(self):
        while not self.over and not self.wrong:
            r = self.host.ctl(self.user, "upgrade", "--all", "--force", "--json")
            if r.returncode or json.loads(r.stdout)["failed"]:
                self.wrong = "upgrade: status %d, %s%s" % (r.returncode, r.stdout, r.stderr)
            self.count += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.over = True
        self.thread.join(60)
        if not error[0]:
            check(not self.wrong, self.wrong)
            check(self.count, "no upgrade went by meanwhile")
            self.host.note("%d upgrades" % self.count)


def test_dropped(host):
    t = host.login()
    marked = host.mark(t)
    t.line("clear; echo one-$((1+1))-three")
    t.wait_for("one-2-three")
    host.drop(t)
    another_build(KEEPER)
    upgrade(host, "--all")
    s = session(host)
    equal((s["state"], s["old"]), ("dropped", False), "the session after it")
    t = host.ssh()
    t.wait_for("one-2-three")
    marked.same(t)


def test_flood(host):
    """Not one line is lost, doubled or torn at a terminal of stock ssh."""
    t = host.login()
    count = 120000
    with Again(host):
        t.line("stty -onlcr; seq -f 'n%%.0f-' 1 %d; stty onlcr; echo all-$((1+1))-done" % count)
        t.wait_for("all-2-done", timeout=120)
    got = re.findall(rb"n(\d+)-\n", bytes(t.data))
    equal(got, [b"%d" % i for i in range(1, count + 1)], "the lines")


def test_typed_ahead(host):
    """What is typed reaches the program once."""
    t = host.login()
    t.run("stty -echo")
    with Again(host) as again:
        t.line("cat >typed")
        count = 0
        while count < 2000 or (again.count < 3 and not again.wrong):
            t.send(b"%d\n" % count)
            t.read(0)
            count += 1
        t.send(b"\x04")
        t.line("stty echo; echo all-$((1+1))-there")
        t.wait_for("all-2-there", timeout=60)
    with open("/home/alice/typed") as f:
        equal(f.read(), "".join("%d\n" % i for i in range(count)), "what the program has read")


def test_joined(host):
    """Three terminals, of which one only watches; each goes on."""
    terms = [host.login()]
    marked = host.mark(terms[0])
    for how in ("-j", "-r"):
        terms.append(host.ssh(options=["-tt"], args=["holdfastctl attach %s 1" % how]))
        host.wait_sessions(1, "attached")
        wait_until(lambda n=len(terms): session(host)["attachments"] == n, "%d attachments" % len(terms))
    with Again(host) as again:
        i = 0
        while i < 80 or (again.count < 3 and not again.wrong):
            i += 1
            terms[i % 2].line("echo round-%d-$((1+1))-ends" % i)
            for t in terms:
                t.wait_for("round-%d-2-ends" % i)
    equal(session(host)["attachments"], 3, "attachments")
    marked.same(terms[0])


def test_command_both_ways(host):
    """A held command with three pipes, of a framed client: bytes both ways, exactly."""
    data = random.Random(7).randbytes(6 << 20)
    c = test_command.command(host, "tee /dev/stderr; exit 7")
    with Again(host):
        test_command.send_all(c, data, end=False)
    test_command.send_all(c, data)
    equal(test_command.finish(c), (False, 7, ""), "the end")
    test_command.same(c.stream.data, data, "its output")
    test_command.same(c.stream.error_data, data, "its errors")


def test_framed_terminal(host):
    """The client in a terminal, held back by its own reading."""
    c = Framed(host)
    c.attach()
    c.ask("$$")
    with Again(host):
        c.line("stty -onlcr; seq 1 200000; printf 'ov%s\\n' er")
        c.wait_for("over\n")
    check(b"".join(b"%d\n" % i for i in range(1, 200001)) in bytes(c.stream.data), "the output is not there whole")
    equal(c.renderings, [], "renderings")


def test_logins_meanwhile(host):
    """Logins attach, resume and leave, while all keepers become another program again and again."""
    users = ("alice", "bob")
    for u in users:
        host.drop(host.login(u), user=u)
    with Again(host), Again(host, "bob"):
        for i in range(6):
            for u in users:
                t = host.ssh(u)
                t.prompt()
                equal(t.ask("$((6*%d))" % i), str(6 * i), "an answer")
                host.drop(t, user=u)


def test_painter(host):
    """A program prints and asks while nobody is there: the screen of the next login has each single character."""
    t = host.login()
    t.line("(sleep 1; printf '\\033[2J'; for i in $(seq 0 1399); do printf '\\033[%d;%dH%d\\033[6n' $((i/70+1)) $((i%70+1)) "
           "$((i%10)); [ $((i%4)) != 0 ] || sleep 0.005; done; touch done) & sleep 1000")
    wait_until(lambda: session(host)["program"] == "sleep", "sleep is in front")
    host.drop(t)
    with Again(host):
        wait_until(lambda: os.path.exists("/home/alice/done"), "all output")
    t = host.ssh()
    t.wait_for("(?s)(%s.*){20}" % ("0123456789" * 7))


def script(text):
    put(KEEPER, ("#!/bin/sh\n%s\n" % text).encode())


def test_new_programs_that_fail(host):
    """The session stays on its program, and the command says why; a good program is taken then."""
    t = host.login()
    marked = host.mark(t)
    before = session(host)
    good = another_build(KEEPER)
    for text, why in (("exit 1", "of a version that cannot take it over"), ("kill -SEGV $$", "cannot take it over"),
                      ("exec sleep 30", "has not answered within a second")):
        script(text)
        check(why in upgrade(host, "-f", "1", status=1).stderr, "what it says of %r" % text)
        equal(session(host)["build"], before["build"], "the program after %r" % text)
        marked.same(t)
    os.chmod(KEEPER, 0o644)
    check("cannot execute /usr/libexec/holdfast/holdfast-keeper: Permission denied" in upgrade(host, "-f", "1", status=1).stderr,
          "a program that nobody may execute")
    os.chmod(KEEPER, 0o755)
    os.rename(KEEPER, KEEPER + ".away")
    check("No such file or directory" in upgrade(host, "-f", "1", status=1).stderr, "a program that is not there")
    os.rename(KEEPER + ".away", KEEPER)
    put(KEEPER, b"\x7fELF, and no more")
    check("cannot execute" in upgrade(host, "-f", "1", status=1).stderr, "a broken file")
    marked.same(t)
    put(KEEPER, good)
    upgrade(host, "--force", "1")
    equal(session(host)["keeper_pid"], before["keeper_pid"], "the keeper")
    marked.same(t)
    # no child of those is left, and no descriptor
    equal(len(host.named("sleep", "alice")), 1, "processes named sleep, of which one is the shell's job")


def test_new_programs_that_die(host):
    """They can take over, they say, and then they die: the leader goes on with the program before."""
    t = host.login()
    marked = host.mark(t)
    before = session(host)
    with open(KEEPER, "rb") as f:
        good = f.read()
    with open(KEEPER + ".old", "wb") as f:
        f.write(good)
    os.chmod(KEEPER + ".old", 0o755)
    script('[ "$1" = --check-state ] && exit 0\nexit 9')
    check("the installed program has ended while it took over" in upgrade(host, "-f", "1", status=1).stderr, "what it says")
    host.wait_sessions(1, "attached")
    after = session(host)
    check(after["keeper_pid"] != before["keeper_pid"] and after["shell_pid"] == before["shell_pid"], after)
    marked.same(t)
    wait_until(lambda: host.syslog.find("soon after it had become another program; going on with .*holdfast-keeper.old"),
               "a line of the log")
    # a file that not only root can have put there is not executed
    os.chown(KEEPER + ".old", host.ids("alice")[0], -1)
    put(KEEPER, good)
    upgrade(host, "-f", "1")
    wait_until(lambda: len(host.syslog.find("event=keeper-upgraded .*session=1")) == 1, "the audit line")
    marked.same(t)
    script('[ "$1" = --check-state ] && exit 0\nexit 9')
    upgrade(host, "-f", "1", status=1)
    wait_until(lambda: host.syslog.find("going on with .*holdfast-keeper$"), "the other line of the log")
    wait_until(lambda: host.syslog.find("session 1 .* is parked"), "it is parked")
    s = session(host)
    equal((s["state"], s["shell_pid"], s["keeper_pid"], "old" in s), ("parked", before["shell_pid"], 0, False), "ls")
    r = host.ctl("alice", "ls", "-l")
    check(" parked " in r.stdout and "1 session is parked: the shell runs on" in r.stderr, r.stdout + r.stderr)
    check("is parked, and its next keeper has ended too" in upgrade(host, "1", status=1).stderr, "what upgrade says")
    put(KEEPER, good)
    upgrade(host, "1")
    check(session(host)["state"] in ("attached", "dropped"), "the state of a session that was parked")
    host.terms.remove(t)
    t.close()
    marked.same(host.ssh(options=["-o", "SetEnv=LC_HOLDFAST=1"]))


# As a keeper before there was SizePolicy: it ends where INIT has more than it knows, here "largest" at the end.
BEFORE = """#!/usr/bin/python3
import os, socket, sys
init = socket.socket(fileno=os.dup(4)).recv(1 << 17, socket.MSG_PEEK)
if init.endswith(b"\\0\\0\\0\\2"):
    sys.exit(1)
os.execv("%s.new-one", ["holdfast-keeper"])
"""


def test_keeper_of_the_version_before(host):
    """After a downgrade the next keeper of a session is an older one than its leader."""
    write("/etc/holdfast/holdfast.conf", "SizePolicy largest\n")
    t = host.login()
    marked = host.mark(t)
    before = session(host)
    os.link(KEEPER, KEEPER + ".new-one")
    put(KEEPER, (BEFORE % KEEPER).encode())
    os.kill(before["keeper_pid"], signal.SIGKILL)
    wait_until(lambda: host.syslog.find("event=keeper-died .*session=1 .*status=1$"), "it takes the long INIT")
    wait_until(lambda: session(host)["keeper_pid"] not in (0, before["keeper_pid"]), "the session has a keeper")
    marked.same(t)
    equal(session(host)["shell_pid"], before["shell_pid"], "the shell")
    equal(host.syslog.find("parked"), [], "lines about a parked session")


def fds(pid):
    found = []
    for fd in os.listdir("/proc/%d/fd" % pid):
        # one may be closed meanwhile
        with contextlib.suppress(FileNotFoundError):
            found.append(re.sub(r"\d{3,}", "N", os.readlink("/proc/%d/fd/%s" % (pid, fd))))
    return sorted(found)


def test_nothing_is_left(host):
    """Fifty upgrades cost no descriptor, no process and no memory."""
    t = host.login()
    t.run("seq 1 5000")
    pid = session(host)["keeper_pid"]
    for _ in range(3):
        upgrade(host, "--force", "1")
    # the command's own connection is one of them until the keeper has seen its end
    wait_until(lambda: len([f for f in fds(pid) if f.startswith("socket")]) == 4, "leader, two listeners, an attachment")
    before, processes = fds(pid), len(host.processes())
    memory = open("/proc/%d/statm" % pid).read().split()[1]
    for _ in range(50):
        upgrade(host, "--force", "1")
    wait_until(lambda: (fds(pid), len(host.processes())) == (before, processes), "descriptors %s and %d processes, now %s "
               "and %d" % (before, processes, fds(pid), len(host.processes())))
    # what input and output had is given back once they have come to rest
    wait_until(lambda: int(open("/proc/%d/statm" % pid).read().split()[1]) <= int(memory) + 16, "resident pages as before: %s" %
               memory)


def test_who_is_upgraded(host):
    """-a, --automatic and UpgradeSessions, and what root may."""
    terms = [host.login("alice"), host.login("bob")]
    another_build(KEEPER)
    write("/etc/holdfast/holdfast.conf", "Match User bob\n    UpgradeSessions no\n")
    def root(*args):
        return json.loads(subprocess.run(["/usr/bin/holdfastctl", "upgrade", "--json", *args], capture_output=True,
                                         text=True, check=True).stdout)
    equal(root("-a", "--automatic"), {"schema": 1, "upgraded": 1, "current": 0, "left": 1, "failed": 0}, "automatic")
    equal((session(host)["old"], session(host, "bob")["old"]), (False, True), "old")
    equal(root("-a"), {"schema": 1, "upgraded": 1, "current": 1, "left": 0, "failed": 0}, "by hand")
    equal(upgrade(host, "1").stdout, "session 1 runs the installed program already\n", "once more")
    equal(upgrade(host, "-u", "bob", "1", status=1).stderr,
          "holdfastctl: the sessions of another user are for root\n", "another user's")
    equal(upgrade(host, "7", status=3).stderr, "holdfastctl: no session 7; holdfastctl ls shows yours\n", "no session")
    for t in terms:
        t.close()


def many(host, count):
    users = ("alice", "bob")
    write("/etc/holdfast/holdfast.conf", "MaxSessions 1000\nLoginTimeout 1m\n")
    for _ in range(count // len(users) // 5):
        terms = [host.ssh(u, options=["-o", "SetEnv=LC_HOLDFAST=new"]) for u in users for _ in range(5)]
        for t in terms:
            t.prompt()
        for t in terms:
            t.kill()
    for u in users:
        host.wait_sessions(count // len(users), "dropped", u)
    shells = {(u, s["id"]): (s["shell_pid"], s["keeper_pid"]) for u in users for s in host.sessions(u)}
    first = build_id(KEEPER)
    for way in ("forwards", "back"):
        old = another_build(KEEPER)
        start = time.monotonic()
        r = subprocess.run(["/usr/bin/holdfastctl", "upgrade", "-a", "--json"], capture_output=True, text=True)
        equal(json.loads(r.stdout), {"schema": 1, "upgraded": count, "current": 0, "left": 0, "failed": 0},
              way + r.stderr)
        host.note("%d sessions %s in %.2f s" % (count, way, time.monotonic() - start))
        equal({(u, s["id"]): (s["shell_pid"], s["keeper_pid"]) for u in users for s in host.sessions(u)}, shells,
              "shells and keepers after the way " + way)
    equal(build_id(KEEPER), first, "the way back leads to the first program")
    check(old, "no program")
    for u in users:
        t = host.ssh(u)
        t.prompt()
        equal(t.ask("$((6*7))"), "42", "a session after it")


def test_many(host):
    many(host, 10)


@by_request
def test_100_sessions(host):
    many(host, 100)


def test_death_after_it(host):
    """What the new program does for the next keeper is what the first one did: a death costs as little as before."""
    t = host.login()
    marked = host.mark(t)
    c = Framed(host)
    c.attach(framed.NEW)
    c.ask("$$")
    upgrade(host, "--all", "--force")
    marked.same(t)
    for s in host.sessions():
        os.kill(s["keeper_pid"], signal.SIGKILL)
    t.line("echo still-$((1+1))-here")
    t.wait_for("still-2-here")
    marked.same(t)
    equal(c.ask("$((6*7))"), "42", "the framed session")
    upgrade(host, "--all", "--force")
    marked.same(t)
    equal(c.ask("$((6*8))"), "48", "the framed session")
    t.line("exit 6")
    equal(t.wait_exit(), 6, "the status after all of that")


def test_rootless(host):
    """A session of a user alone, whose shell is the keeper's own child."""
    host.stop_holdfastd()
    subprocess.run(["mv", "/run/holdfast", "/run/aside"], check=True)
    t = host.ssh(options=["-tt"], args=["holdfastctl new"])
    t.prompt()
    marked = host.mark(t)
    before = session(host)
    check(before["id"] > 10000, before)
    another_build(KEEPER)
    upgrade(host, str(before["id"]))
    after = session(host)
    equal((after["keeper_pid"], after["build"], after["state"]), (before["keeper_pid"], build_id(KEEPER), "attached"),
          "the session after it")
    marked.same(t)
    t.line("exit 9")
    equal(t.wait_exit(), 9, "the status, which the keeper itself has to wait for")
    wait_until(lambda: not host.sessions(), "its directory is gone")


def test_killed_meanwhile(host):
    """A keeper that is killed in any moment of an upgrade is replaced like any other."""
    t = host.login()
    marked = host.mark(t)
    for i in range(4):  # a fifth death within a minute parks the session
        pid = session(host)["keeper_pid"]
        thread = threading.Thread(target=lambda: host.ctl("alice", "upgrade", "--force", "1"))
        thread.start()
        time.sleep(random.Random(i).random() * 0.04)
        os.kill(pid, signal.SIGKILL)
        thread.join(30)
        wait_until(lambda: session(host)["keeper_pid"] not in (0, pid), "another keeper")
        t.line("echo still-%d-$((1+1))-here" % i)
        t.wait_for("still-%d-2-here" % i)
        marked.same(t)
    upgrade(host, "--force", "1")
    marked.same(t)


def test_keep_text(host):
    """What the leader has said of KeepText and IdleDetach once still holds in the new program."""
    write("/etc/holdfast/holdfast.conf", "KeepText screen\nIdleDetach 4s\n")
    t = host.login()
    upgrade(host, "--force", "1")
    t.line("echo last-$((40+2))")
    t.wait_for("last-42")
    host.wait_sessions(1, "dropped")
    host.terms.remove(t)
    t.close()
    host.ctl("alice", "kill", "1")
    host.wait_none()
    wait_until(lambda: re.search(r"The last screen:(.*\n)+last-42\n", host.ctl("alice", "last", "1").stdout),
               "the text of its last screen", 20)
