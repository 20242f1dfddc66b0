# SPDX-License-Identifier: MIT
"""A keeper dies, another one takes its place, and those who were attached come back to it by themselves."""
import hashlib
import os
import random
import re
import signal
import subprocess
import threading
import time

import framed
from framed import PIPES, Framed, Stream
from laptop import Laptop
from replay import same_screen, settle, shown
from template import write
from term import Failed, check, equal, wait_until
from test_agent import FORWARD, agent, has_key
from test_client import CLIENT, HOME, client, numbered_lines
from test_command import LINES, finish, same, send_all
from test_replaced import KEEPER
from test_screen import STILL, modes
from test_stale import held_before, not_taken

SIGNALS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT)


def kill(host, sig=signal.SIGKILL, attachments=1):
    """The only session's keeper dies; waits until another one has the session with ATTACHMENTS."""
    old = host.session()["keeper_pid"]
    os.kill(old, sig)
    host.wait_gone(old)
    return replaced(host, old, attachments)


def replaced(host, old, attachments=1):
    def probe():
        s = host.sessions()
        return s and s[0]["keeper_pid"] != old and s[0]["attachments"] == attachments and s[0]
    return wait_until(probe, "another keeper has the session, with %d attachments" % attachments)


def test_terminal(host):
    """The same shell, its jobs and its screen; at the end the login's own settings."""
    t = host.login()
    marked = host.mark(t)
    s = host.session()
    for sig in SIGNALS:
        kill(host, sig)
        marked.same(t)
    check(not re.search("died|lost|holdfast:", t.text()), "the person is told something: %r" % t.text()[-500:])
    now = host.session()
    equal((now["id"], now["shell_pid"]), (s["id"], s["shell_pid"]), "the session")
    equal(len(host.named("holdfast-login")), 1, "holdfast-login")
    t.line("exit 5")
    equal(t.wait_exit(), 5, "the status of ssh")
    host.wait_none()


def test_screen_stays(host):
    """A program that never draws again.  Nothing is written to the terminal; the next one to resume gets the same."""
    write("/home/alice/still.py", STILL)
    t = host.login()
    t.line("/usr/bin/python3 still.py")
    t.wait_for("STILL")
    settle(t)
    text, state = shown(t), modes(t)
    size = len(t.data)
    for sig in SIGNALS:
        kill(host, sig)
    check(t.quiet(0.3), "the terminal got %r" % bytes(t.data[size:]))
    host.drop(t)
    t = host.ssh()
    t.wait_for("STILL")
    same_screen(t, text)
    equal(modes(t), state, "modes")
    kill(host)
    t.send("q")
    t.prompt()
    equal(t.run("true"), 0, "the shell afterwards")


def test_flood(host):
    """A flood in a terminal: each line once, in order, and nothing else."""
    t = host.login()
    rng = random.Random(21)
    t.line("stty -onlcr; seq 1 400000; printf 'ov%s\\n' er")
    for n in sorted(rng.randrange(1000, 390000) for _ in range(4)):
        t.wait_for(r"\n%d\n" % n)
        kill(host, rng.choice(SIGNALS))
    t.wait_for("\nover\n")
    got = bytes(t.data)
    at = got.index(b"1\n2\n3\n4\n")
    same(got[at:got.index(b"over\n", at)], b"".join(b"%d\n" % i for i in range(1, 400001)), "the output")


def test_settings_at_the_end(host):
    """What holdfast-login leaves is the terminal as it found it, not the raw one that its last keeper found."""
    t = host.login()
    for _ in range(2):
        kill(host)
    t.line("holdfastctl detach")
    wait_until(lambda: t.read(0.1) or "detached from session" in t.text(), "detached")
    equal(t.wait_exit(), 0, "the status of ssh")
    host.wait_sessions(1, "dropped")
    t2 = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    before = t2.ask("$(stty -g)")
    t2.line("holdfastctl attach 1")
    t2.wait_for("resumed session")
    kill(host)
    equal(t2.run("true"), 0, "a command in the session")
    t2.line("holdfastctl detach")
    t2.wait_for("detached from session")
    t2.prompt()
    equal(t2.ask("$(stty -g)"), before, "the settings of the outer shell's terminal")


def test_keys_meanwhile(host):
    """Typed while no keeper is there, Ctrl-C among them: all of them, in their order, when it is back."""
    t = host.login()
    write("/home/alice/keys.py", "import sys, tty\ntty.setraw(0)\nsys.stdout.write('re' + 'ady\\r\\n')\n"
          "sys.stdout.flush()\ngot = b''\nimport os\nwhile not got.endswith(b'end'):\n    got += os.read(0, 100)\n"
          "print('got', got, '\\r')\n")
    t.line("/usr/bin/python3 keys.py; stty sane")
    t.wait_for("ready")
    s = host.session()
    leader = host.leader_of(s)
    os.kill(leader, signal.SIGSTOP)
    os.kill(s["keeper_pid"], signal.SIGKILL)
    for part in ("one", "\x03", "two\x1a", "three", "\x1c\x13\x11"):
        t.send(part)
    os.kill(leader, signal.SIGCONT)
    replaced(host, s["keeper_pid"])
    t.send("end")
    t.wait_for(re.escape(r"got b'one\x03two\x1athree\x1c\x13\x11end'"))
    t.prompt()


def test_size_meanwhile(host):
    t = host.login()
    s = host.session()
    leader = host.leader_of(s)
    os.kill(leader, signal.SIGSTOP)
    os.kill(s["keeper_pid"], signal.SIGKILL)
    t.resize(33, 99)
    os.kill(leader, signal.SIGCONT)
    replaced(host, s["keeper_pid"])
    wait_until(lambda: t.ask("$(stty size)") == "33 99", "the size of the session")


def test_three_terminals(host):
    """All are back, with the size of the smallest; each types, and all of them show it."""
    write("/etc/holdfast/holdfast.conf", "SizePolicy smallest\n")
    a = host.login()
    marked = host.mark(a)
    others = []
    for size in ((20, 70), (30, 90)):
        t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"], size=size)
        t.line("holdfastctl attach -j 1")
        t.wait_for("attached session 1")
        others.append(t)
    wait_until(lambda: host.session()["attachments"] == 3, "three attachments")
    equal(a.ask("$(stty size)"), "20 70", "the size")
    for sig in SIGNALS:
        kill(host, sig, 3)
        for t in [a] + others:
            marked.same(t)
        equal(others[0].ask("$(stty size)"), "20 70", "the size")
        for t in [a] + others:
            t.read(0)
            t.mark = len(t.data)
        a.line("printf 'fo%s-%s\\n' r all")
        for t in [a] + others:
            t.wait_for("for-all")
    others[0].line("holdfastctl detach")
    for t in others:
        t.wait_for("detached from session")
        t.prompt()
    host.wait_sessions(1, "dropped")


def test_nobody_takes_it_in_between(host):
    """Logins that come meanwhile get sessions of their own."""
    t = host.login()
    marked = host.mark(t)
    s = host.session()
    leader = host.leader_of(s)
    os.kill(leader, signal.SIGSTOP)
    os.kill(s["keeper_pid"], signal.SIGKILL)
    t2 = host.ssh()
    os.kill(leader, signal.SIGCONT)
    t2.prompt()
    check(t2.shell_pid() != marked.pid, "another login got the session")
    marked.same(t)
    equal(sorted(s["attachments"] for s in host.sessions()), [1, 1], "attachments")


def test_dropped(host):
    """Without an attachment; the login after it resumes."""
    t = host.login()
    marked = host.mark(t)
    t.run("seq 1 100")
    host.drop(t)
    for sig in SIGNALS:
        kill(host, sig, 0)
        equal(host.session()["state"], "dropped", "the state")
    t = host.ssh()
    t.wait_for("resumed session 1")
    check("100" in t.text(), "the output of before")
    marked.same(t)


def test_during_a_claim(host):
    """Claims that meet a keeper's death go on at the next one."""
    t = host.login()
    marked = host.mark(t)
    rng = random.Random(4)
    for _ in range(4):
        host.drop(t)
        t = host.ssh()
        wait_until(lambda: host.named("holdfast-login"), "its holdfast-login")
        t.read(rng.random() * 0.1)
        s = host.session()
        os.kill(s["keeper_pid"], signal.SIGKILL)
        replaced(host, s["keeper_pid"])
        marked.same(t)
    equal(len(host.sessions()), 1, "sessions")


def test_end_meanwhile(host):
    """The shell ends while there is no keeper: its last words, its status, and the settings come all the same."""
    t = host.login()
    write("/home/alice/go.sh", "while [ ! -e /tmp/go ]; do sleep 0.05; done\necho last-$((1 + 1))-words\nexit 9\n")
    t.line("exec sh go.sh")
    s = host.session()
    wait_until(lambda: host.session()["program"] == "sh", "the script runs")
    leader = host.leader_of(s)
    os.kill(leader, signal.SIGSTOP)
    os.kill(s["keeper_pid"], signal.SIGKILL)
    write("/tmp/go", "")
    wait_until(lambda: not host.exists(s["shell_pid"]) or
               [p for p in host.processes() if p["pid"] == s["shell_pid"] and p["state"] == "Z"], "it has ended")
    os.kill(leader, signal.SIGCONT)
    equal(t.wait_exit(), 9, "the status of ssh")
    check("last-2-words" in t.text(), "the last words")
    host.wait_none()


def test_agent_and_env(host):
    env = agent(host)
    t = host.login(options=FORWARD, env=env)
    check(has_key(t), "a key")
    before = t.ask("$(holdfastctl env | tr -d '[]')")
    check("SSH_CONNECTION" in before, "holdfastctl env: %r" % before)
    for sig in SIGNALS:
        kill(host, sig)
        check(has_key(t), "the key afterwards")
        equal(t.ask("$(holdfastctl env | tr -d '[]')"), before, "holdfastctl env")


def test_dead_and_live_connections(host):
    """The next keeper knows the connection behind the terminal: a live one keeps its session, a dead one's is resumed."""
    laptop = Laptop()
    t, marked = held_before(host, laptop)
    kill(host)
    marked.same(t)
    t.prompt()
    laptop.calm()
    other = not_taken(host, marked.pid)
    other.line("exit")
    other.wait_exit()
    host.wait_sessions(1, "attached")
    laptop.cut()
    laptop.calm()
    t = host.ssh()
    marked.same(t)


def test_audit_and_utmp(host):
    """The leader's word about attachments stays: one line of the keeper, none of an attachment."""
    t = host.login()
    before = host.syslog.find(r"event=(attach|resume|detach|drop|join)")
    who = t.ask("$(who | tr -d '[]' | wc -l)")
    for sig in SIGNALS:
        kill(host, sig)
    equal(host.syslog.find(r"event=(attach|resume|detach|drop|join)"), before, "lines about attachments")
    equal(t.ask("$(who | tr -d '[]' | wc -l)"), who, "lines of who")
    host.drop(t)
    wait_until(lambda: host.syslog.find(r"event=drop"), "the drop is logged")


def test_framed_client(host):
    """The client holdfast: its terminal goes on, and says nothing."""
    t = client(host).prompt()
    marked = host.mark(t)
    for sig in SIGNALS:
        kill(host, sig)
        marked.same(t)
    check("does not answer" not in t.text(), "a notice: %r" % t.text()[-500:])
    t.line("exit 7")
    equal(t.wait_exit(), 7, "status")


def test_client_over_another_connection(host):
    """holdfast-resume dies with the keeper: the client logs in again, without a word, and goes on at the byte."""
    t = client(host, "--new").prompt()
    t.line("for i in $(seq 1 300); do echo line-$i-; sleep 0.005; done; echo all-$((1+1))-lines")
    for n in (50, 150):
        t.wait_for("line-%d-" % n)
        old = host.session()["keeper_pid"]
        for pid in host.named("holdfast-resume") + [old]:
            os.kill(pid, signal.SIGKILL)
        replaced(host, old)
    t.wait_for("all-2-lines")
    equal(numbered_lines(t), list(range(1, 301)), "lines")


# What is said of a keeper that died before it was ready, and before it had the shell begin: the login is a plain one, and
# nothing is lost.
TOO_EARLY = "cannot start the session's keeper: it was killed by SIGKILL"
NOT_BEGUN = "session 1 has ended: its shell exited with status 0"


def test_new_sessions(host):
    """The first keeper dies at some moment of a login: the login is held all the same, and nothing is left over."""
    rng, held = random.Random(11), 0
    for _ in range(12):
        t = host.ssh()
        keepers = wait_until(lambda: host.named("holdfast-keeper"), "a keeper")
        time.sleep(rng.random() * 0.02)
        try:
            os.kill(keepers[0], signal.SIGKILL)
        except ProcessLookupError:
            pass
        t.prompt()
        early = TOO_EARLY in t.text() or NOT_BEGUN in t.text()
        check(early or "not held" not in t.text(), "it says %r" % t.text())
        equal(bool(t.ask("$HOLDFAST_SESSION")), not early, "whether the login is held")
        equal(len(host.sessions()), 0 if early else 1, "sessions")
        held += not early
        t.line("exit 4")
        equal(t.wait_exit(), 4, "the status of ssh")
        host.wait_none()
    host.note("%d of 12 were held, the others' keepers died before the shell began" % held)
    check(held, "none was held")


def how_often():
    """A command writes a line whenever it begins."""
    try:
        with open("/home/alice/runs") as f:
            return len(f.readlines())
    except FileNotFoundError:
        return 0


def test_new_commands(host):
    """The same with a held command, which runs once, or not at all."""
    rng, runs, whole = random.Random(12), 0, 0
    for _ in range(8):
        c = Framed(host)
        c.hello()
        c.send(framed.ATTACH, c.attach_body(framed.NEW, flags=PIPES, command="echo run >>runs; cat; exit 6"))
        keepers = wait_until(lambda: host.named("holdfast-keeper"), "a keeper")
        time.sleep(rng.random() * 0.02)
        try:
            os.kill(keepers[0], signal.SIGKILL)
        except ProcessLookupError:
            pass
        try:
            c.attached(framed.NEW)
        except Failed as e:
            # without an answer a client tries again, and its first try is ended
            check(TOO_EARLY in str(e) or "the connection is over (None)" in str(e), str(e))
            host.ctl("alice", "kill", "-a")
            host.wait_none()
            now = how_often()
            check(now in (runs, runs + 1), "the command ran %d times at once" % (now - runs))
            runs = now
            continue
        c.input(b"hello\n")
        c.send(framed.INPUT_END, framed.u64(c.stream.sent))
        if not c.wait_end():
            # It died behind that: as a client does.
            c = Framed(host, c.stream)
            c.resume()
            c.send(framed.INPUT_END, framed.u64(c.stream.sent))
        equal(finish(c), (False, 6, ""), "the end")
        equal(bytes(c.stream.data), b"hello\n", "the output")
        host.wait_none()
        runs, whole = runs + 1, whole + 1
        equal(how_often(), runs, "how often the command ran")
    host.note("%d of 8 were held to their end, the others' keepers died before they had answered" % whole)
    check(whole, "none was held to its end")


def test_output_of_a_client(host):
    """Numbered lines, each once and in order."""
    t = client(host, "--new").prompt()
    t.line("for i in $(seq 1 400); do echo line-$i-; sleep 0.005; done; echo all-$((1+1))-lines")
    for n in (50, 150, 300):
        t.wait_for("line-%d-" % n)
        kill(host)
    t.wait_for("all-2-lines")
    equal(numbered_lines(t), list(range(1, 401)), "lines")


def test_bulk_both_ways(host):
    """10 MB each way through a held command, byte for byte; each time when a part has come its keeper is killed."""
    data = random.Random(8).randbytes(10000000)
    uid, gid, groups = host.ids("laptop")
    p = subprocess.Popen(["setsid", CLIENT, "-l", "alice", "server", "cat; echo end >&2; exit 3"], user=uid, group=gid,
                         extra_groups=groups, cwd=HOME, env={"PATH": "/usr/bin:/bin", "HOME": HOME},
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def feed():
        p.stdin.write(data)
        p.stdin.close()
    feeder = threading.Thread(target=feed)
    feeder.start()
    got, rng = bytearray(), random.Random(9)
    for n in sorted(rng.randrange(1, len(data) - 300000) for _ in range(4)):
        while len(got) < n:
            part = os.read(p.stdout.fileno(), n - len(got))
            check(part, "the output ends after %d bytes" % len(got))
            got += part
        kill(host, rng.choice(SIGNALS))
    got += p.stdout.read()
    feeder.join()
    equal((p.wait(), len(got)), (3, len(data)), "status and length")
    check(got == data, "what came back is not what was sent")
    equal(p.stderr.read(), b"end\n", "standard error")


def test_held_command(host):
    """Both outputs byte for byte, and the status, over one connection; the client is another one than ours."""
    line = "seq -f o%%.0f 1 %d & seq -f e%%.0f 1 %d >&2; wait; exit 5" % (LINES, LINES)
    s = Stream()
    c = Framed(host, s)
    c.attach(framed.AUTO, flags=PIPES, command=line)
    for n in (1, 200000, 3000000, 6000000):
        while s.output < n:
            c.read(5)
        old = host.session()["keeper_pid"]
        os.kill(old, signal.SIGKILL)
        replaced(host, old)
    equal(finish(c), (False, 5, ""), "the end")
    same(s.data, "".join("o%d\n" % i for i in range(1, LINES + 1)).encode(), "standard output")
    same(s.error_data, "".join("e%d\n" % i for i in range(1, LINES + 1)).encode(), "standard error")
    host.wait_none()


def test_input_of_a_command(host):
    """10 MB in over one connection: each byte once, and its end."""
    data = random.Random(7).randbytes(10000000)
    s = Stream()
    c = Framed(host, s)
    c.attach(framed.NEW, flags=PIPES, command="sha256sum")
    for part in (100, 300001, 5000000, 9999999):
        send_all(c, data[:part], end=False)
        kill(host)
    send_all(c, data)
    equal(finish(c), (False, 0, ""), "the end")
    equal(bytes(s.data).decode().split()[0], hashlib.sha256(data).hexdigest(), "what sha256sum has read")


def test_session_that_is_gone(host):
    """Leader and keeper die: the person is told, and has a shell."""
    t = host.login()
    s = host.session()
    leader = host.leader_of(s)
    for pid in (leader, s["keeper_pid"]):
        os.kill(pid, signal.SIGKILL)
    t.wait_for("session 1 has ended, and its keeper could not say how")
    t.prompt()
    equal(t.run("true"), 0, "a shell")


def test_keepers_that_die_again_and_again(host):
    """The person is told, and has a shell; the session is there for the next login."""
    t = host.login()
    marked = host.mark(t)
    os.rename(KEEPER, KEEPER + ".away")
    write(KEEPER, "#!/bin/sh\nexit 1\n", 0o755)
    os.kill(host.session()["keeper_pid"], signal.SIGKILL)
    t.wait_for("the keepers of session 1 die one after the other; its programs run on; to return: holdfastctl attach 1")
    t.prompt()
    equal(t.run("true"), 0, "a shell")
    os.rename(KEEPER + ".away", KEEPER)
    t.line("holdfastctl attach 1")
    marked.same(t)
