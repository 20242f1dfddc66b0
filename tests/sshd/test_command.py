# SPDX-License-Identifier: MIT
"""Held commands on plain pipes: two outputs apart, input to its end, a status, over cuts and while nobody is there."""
import hashlib
import os
import random
import re
import struct
import subprocess

import framed
from framed import PIPES, Framed, Stream
from host import by_hand
from template import LIBEXEC, write
from term import check, equal, wait_until

RING = 16 << 20
LINES = 1250000  # of nine or ten bytes each on both outputs


def command(host, line, mode=framed.NEW, flags=PIPES, **kw):
    c = Framed(host)
    a = c.attach(mode, flags=flags, command=line, **kw)
    equal((a["kind"], a["new"], a["input"], a["output"], a["errors"]), (2, True, 0, 0, 0), "ATTACHED")
    return c


def resumed(host, stream):
    c = Framed(host, stream)
    equal(c.resume()["known"], True, "the stream is known")
    return c


def finish(c):
    """Takes everything to the end: (signaled, value, signal)."""
    kind, *end = c.wait_end()
    equal(kind, framed.EXIT, "the kind of the end; %s" % end)
    c.send(framed.EXIT_ACK)
    c.wait_closed()
    return tuple(end)


def send_all(c, data, end=True):
    """All of DATA, never more than the window unacknowledged; stops when the line is cut."""
    s = c.stream
    while s.sent < len(data) and not c.closed and not c.ended:
        room = min(s.window - (s.sent - s.acked), 32768, len(data) - s.sent)
        if room > 0:
            c.input(data[s.sent:s.sent + room])
            c.read(0)
        else:
            c.read(0.2)
    if end and not c.closed:
        c.send(framed.INPUT_END, struct.pack(">Q", s.sent))


def same(got, want, what):
    if bytes(got) != want:
        at = next((i for i, (x, y) in enumerate(zip(got, want)) if x != y), min(len(got), len(want)))
        check(False, "%s: %d bytes, not %d; the first that differs is %d" % (what, len(got), len(want), at))


def test_both_outputs_over_cuts(host):
    """10 MB on each, byte for byte, over a dozen cuts at odd places."""
    line = "seq -f o%%.0f 1 %d & seq -f e%%.0f 1 %d >&2; wait; exit 5" % (LINES, LINES)
    rng = random.Random(5)
    s = Stream()
    c = Framed(host, s)
    c.limit = 300
    c.attach(framed.AUTO, flags=PIPES, command=line)
    for limit in [1, 24, 200, 5000, 70001] + [rng.randrange(100, 3000000) for _ in range(7)]:
        c.read(0) or c.read(5)
        while c.read(5) and not c.ended:
            pass
        if c.ended:
            break
        c.kill()
        wait_until(lambda: host.session()["attachments"] == 0, "it is dropped")
        c = Framed(host, s)
        c.hello()
        c.limit = c.got + limit
        c.send(framed.ATTACH, c.attach_body(framed.STREAM, want=str(s.id)))
        if limit > 200:
            c.attached(framed.STREAM)
    if not c.ended:
        c.kill()
        c = resumed(host, s)
    equal(finish(c), (False, 5, ""), "the end")
    same(s.data, "".join("o%d\n" % i for i in range(1, LINES + 1)).encode(), "standard output")
    same(s.error_data, "".join("e%d\n" % i for i in range(1, LINES + 1)).encode(), "standard error")
    host.wait_none()


def test_status_is_kept(host):
    """It ends while nobody is there; and the line is cut before EXIT has been acknowledged."""
    c = command(host, "echo begun; while [ ! -e /tmp/go ]; do sleep 0.1; done; echo done; echo bad >&2; exit 9")
    c.wait_for("begun\n")
    c.kill()
    equal(host.wait_sessions(1, "dropped")[0]["away_bytes"], 0, "bytes since")
    write("/tmp/go", "")
    host.wait_sessions(1, "ending")
    s = c.stream
    c = resumed(host, s)
    equal(c.wait_end(), (framed.EXIT, False, 9, ""), "the end")
    equal((bytes(s.data), bytes(s.error_data)), (b"begun\ndone\n", b"bad\n"), "both outputs")
    c.kill()
    host.wait_sessions(1, "ending")
    c = resumed(host, s)
    equal(finish(c), (False, 9, ""), "the end, told again")
    equal((bytes(s.data), bytes(s.error_data)), (b"begun\ndone\n", b"bad\n"), "both outputs, not twice")
    host.wait_none()


def test_signal_is_told(host):
    c = command(host, "echo begun; while [ ! -e /tmp/go ]; do sleep 0.1; done; kill -SEGV $$")
    c.wait_for("begun\n")
    c.kill()
    write("/tmp/go", "")
    host.wait_sessions(1, "ending")
    equal(finish(resumed(host, c.stream)), (True, 11, "SEGV"), "the end")
    host.wait_none()


def test_input_over_cuts(host):
    """10 MB in, over cuts: each byte once, and its end."""
    data = random.Random(7).randbytes(10000000)
    s = Stream()
    c = Framed(host, s)
    c.attach(framed.NEW, flags=PIPES, command="sha256sum")
    for part in (100, 4096, 300001, 5000000, 9999999):
        send_all(c, data[:part], end=False)
        c.kill()
        host.wait_sessions(1, "dropped")
        c = resumed(host, s)
    send_all(c, data)
    equal(finish(c), (False, 0, ""), "the end")
    equal(bytes(s.data).decode().split()[0], hashlib.sha256(data).hexdigest(), "what sha256sum has read")


def test_reports_are_input(host):
    """What a terminal would answer to output that comes again is, for a command, what it is given."""
    data = b"begin\n" + b"\x1b[0n\x1b[2;2R\x1b[?62;22c\x1bP>|terminal(1)\x1b\\" * 3 + b"end\n"
    c = command(host, "cat")
    c.input(data[:6])
    c.wait(lambda: len(c.stream.data) == 6, "what was typed has come back")
    c.kill()
    host.wait_sessions(1, "dropped")
    c = resumed(host, c.stream)
    send_all(c, data)
    equal(finish(c), (False, 0, ""), "the end")
    same(c.stream.data, data, "what cat has written")


def test_cat_to_the_end(host):
    data = random.Random(8).randbytes(3000000)
    c = command(host, "cat; echo end >&2")
    send_all(c, data)
    equal(finish(c), (False, 0, ""), "the end")
    same(c.stream.data, data, "what cat has written")
    equal(bytes(c.stream.error_data), b"end\n", "standard error")


def test_input_end_is_remembered(host):
    """INPUT_END, and the line is cut at once: its input has ended all the same."""
    c = command(host, "wc -c")
    c.input(b"12345")
    c.send(framed.INPUT_END, struct.pack(">Q", 5))
    c.wait_input()
    c.kill()
    host.wait_sessions(1, "ending")
    c = resumed(host, c.stream)
    equal(finish(c), (False, 0, ""), "the end")
    equal(bytes(c.stream.data), b"5\n", "what wc has counted")


def test_input_that_nobody_reads(host):
    c = command(host, "exec <&-; echo closed; while [ ! -e /tmp/go ]; do sleep 0.1; done; exit 3")
    c.wait_for("closed\n")
    send_all(c, bytes(1000000), end=False)
    c.wait_input()
    write("/tmp/go", "")
    equal(finish(c), (False, 3, ""), "the end")


def test_full_ring_waits(host):
    """Nobody is there: it writes until its ring is full, waits, and nothing is lost."""
    size = 40000000
    c = command(host, "yes 0123456789abcde | head -c %d; echo end >&2" % size)
    c.wait(lambda: c.stream.output > 1000000, "a begin")
    c.kill()
    wait_until(lambda: host.session()["offset"] >= RING, "the ring is full")
    s = host.session()
    equal(s["state"], "dropped", "the state")
    check(s["offset"] <= RING + c.stream.output, "%d bytes were taken, %d passed on" % (s["offset"], c.stream.output))
    equal(len(host.named("head", "alice")), 1, "head is there")
    c = resumed(host, c.stream)
    equal(finish(c), (False, 0, ""), "the end")
    same(c.stream.data, (b"0123456789abcde\n" * (size // 16 + 1))[:size], "standard output")
    equal(bytes(c.stream.error_data), b"end\n", "standard error")


def test_full_ring_of_errors(host):
    """The other output goes on while one is full."""
    c = command(host, "{ yes | head -c 40000000 >&2; } & echo here; wait")
    c.acks = False
    c.wait_for("here\n")
    c.kill()
    wait_until(lambda: [s for s in host.sessions() if s["state"] == "dropped"], "it is dropped")
    c.acks = True
    s = c.stream
    c = resumed(host, s)
    equal(finish(c), (False, 0, ""), "the end")
    same(s.error_data, b"y\n" * 20000000, "standard error")
    equal(bytes(s.data), b"here\n", "standard output")


def test_children_in_the_background(host):
    """As with ssh: who keeps an output open holds the end up; a signal reaches the group."""
    c = command(host, "sleep 98765 & echo $!; exit 4")
    c.wait_for(r"(\d+)\n")
    host.wait_sessions(1, "ending")
    check(not c.read(0.5) and not c.ended, "it has ended too early")
    c.send(framed.SIGNAL, framed.string("TERM"))
    equal(finish(c), (False, 4, ""), "the end")
    host.wait_none()


def test_opens_its_own_outputs(host):
    """The pipes are the user's: /dev/stdin, /dev/stdout and /dev/stderr can be opened."""
    c = command(host, "read x </dev/stdin; echo $x >/dev/stdout; echo err >/dev/stderr; stat -Lc %u /dev/stdin >&2")
    c.input(b"in\n")
    equal(finish(c), (False, 0, ""), "the end")
    equal((bytes(c.stream.data), bytes(c.stream.error_data)), (b"in\n", b"err\n%d\n" % host.ids("alice")[0]), "outputs")


def test_signals(host):
    c = command(host, "trap 'echo got; exit 6' USR1; echo ready; while :; do read x || sleep 0.1; done")
    c.wait_for("ready\n")
    c.send(framed.SIGNAL, framed.string("USR1"))
    equal(finish(c), (False, 6, ""), "the end")
    equal(bytes(c.stream.data), b"ready\ngot\n", "standard output")
    c = command(host, "sleep 98765")
    c.send(framed.SIGNAL, framed.string("INT"))
    equal(finish(c), (True, 2, "INT"), "the end")


WHAT = "echo $0; test -t 0 || echo no tty; cut -d' ' -f5,6,7 /proc/$$/stat; echo $$; umask; pwd; env | sort"


def facts(text):
    """What WHAT says, without what must differ."""
    lines = text.decode().split("\n")
    group, session, tty = lines[2].split()
    equal((group, session, tty), (lines[3], lines[3], "0"), "the process group, session and terminal")
    env = dict(e.split("=", 1) for e in lines[6:] if "=" in e)
    for name in ("SSH_CONNECTION", "SSH_CLIENT", "XDG_SESSION_ID", "XDG_SESSION_CLASS", "XDG_SESSION_TYPE", "_"):
        env.pop(name, None)
    return lines[:2] + lines[4:6], env


def test_as_ssh_starts_it(host):
    """Started as by `ssh host cmd`, its environment too, with HOLDFAST_SESSION in the place of the ticket."""
    plain, env = facts(host.ssh_run(args=[WHAT]).stdout)
    c = command(host, WHAT)
    equal(finish(c), (False, 0, ""), "the end")
    held, held_env = facts(bytes(c.stream.data))
    equal(held, plain, "name, terminal, umask, directory")
    check(env.pop("HOLDFAST_TICKET", ""), "no ticket with ssh")
    equal(held_env.pop("HOLDFAST_SESSION", None), str(c.stream.id), "HOLDFAST_SESSION")
    equal(held_env.pop("HOLDFAST_PLACE", "").rpartition("/")[2], str(c.stream.id), "HOLDFAST_PLACE")
    # MOTD_SHOWN is what the login's own PAM stack says
    differing = {k: (env.get(k), held_env.get(k)) for k in {*env, *held_env} if env.get(k) != held_env.get(k)}
    differing.pop("MOTD_SHOWN", None)
    equal(differing, {}, "what differs of the environment")
    check(not os.path.exists("/home/alice/.profile-log"), "the profile was read")


def test_pam_session_without_a_terminal(host):
    """No pty is opened; the session's PAM stack is told what sshd tells for a command."""
    host.held_stack("session optional pam_exec.so quiet log=/var/log/pam-env /usr/bin/env\n")
    c = command(host, "read x")
    with open("/var/log/pam-env") as f:
        env = dict(line.rstrip("\n").split("=", 1) for line in f if "=" in line)
    equal((env["PAM_TTY"], env["PAM_USER"], env["PAM_TYPE"]), ("ssh", "alice", "open_session"), "what PAM was told")
    keeper = host.session()["keeper_pid"]
    links = [os.readlink("/proc/%d/fd/%s" % (keeper, n)) for n in os.listdir("/proc/%d/fd" % keeper)]
    equal([x for x in links if "ptmx" in x or "/dev/pts" in x], [], "the keeper's terminals")
    equal(len([x for x in links if x.startswith("pipe:")]), 5, "its pipes: three and the client's two")
    c.send(framed.INPUT_END, struct.pack(">Q", 0))
    equal(finish(c)[1], 1, "the status of read")
    host.wait_none()
    wait_until(lambda: "close_session" in open("/var/log/pam-env").read(), "the PAM session is closed")


def test_root_never_sees_the_command(host):
    """What runs as root has the command neither in its arguments nor in its memory."""
    secret = "sesame%d" % os.getpid()
    c = command(host, "echo %s; read x" % secret)
    c.wait_for(secret)
    leader = host.leader_of(host.session())
    with open("/proc/%d/maps" % leader) as maps, open("/proc/%d/mem" % leader, "rb", 0) as mem:
        for line in maps:
            m = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if m:
                mem.seek(int(m.group(1), 16))
                check(secret.encode() not in mem.read(int(m.group(2), 16) - int(m.group(1), 16)), "root has it")
    check(not host.syslog.find(secret), "it is in the log")


def test_list_attach_kill(host):
    c = command(host, "/usr/bin/sleep 98765", name="build")
    s = host.session()
    equal((s["kind"], s["program"], s["name"], s["state"], s["rows"]), ("command", "sleep", "build", "attached", 0),
          "what ls --json says")
    table = host.ctl("alice", "ls").stdout
    check(re.search(r"build +attached +\S+ +sleep +pipes ", table), "what ls says: %s" % table)
    c.kill()
    host.wait_sessions(1, "dropped")
    r = host.ctl("alice", "attach", "build", stdin=subprocess.DEVNULL)
    equal(r.returncode, 1, "the status of attach")
    check("is a command on pipes" in r.stderr and "holdfast --session %d" % s["id"] in r.stderr, r.stderr)
    # a plain login passes over it, by itself and by its name
    t = host.login()
    equal(sorted((x["kind"], x["state"]) for x in host.sessions()), [("command", "dropped"), ("terminal", "attached")],
          "sessions after a plain login")
    t.line("exit")
    t.wait_exit()
    equal(host.ctl("alice", "kill", "build").returncode, 0, "the status of kill")
    host.wait_none()
    wait_until(lambda: not host.named("sleep", "alice"), "the command is gone")


def test_kill_of_one_that_has_ended(host):
    """Its status waits for nobody any more, nor does what it has left behind."""
    c = command(host, "sleep 98765 & exit 2")
    host.wait_sessions(1, "ending")
    c.kill()
    wait_until(lambda: host.session()["attachments"] == 0, "it is dropped")
    equal(host.ctl("alice", "kill").returncode != 0, True, "without a session")
    equal(host.ctl("alice", "kill", str(c.stream.id)).returncode, 0, "the status of kill")
    host.wait_none()


def test_another_client_takes_over(host):
    """By its number, in the middle: it goes on behind what has been acknowledged; the first one is told."""
    c = command(host, "echo one; read x; echo two; read x; exit 8")
    c.wait_for("one\n")
    other = Framed(host)
    a = other.attach(framed.TAKE, want=str(c.stream.id))
    equal((a["kind"], a["new"], a["output"]), (2, False, 4), "ATTACHED")
    equal(c.wait_end()[:2], (framed.DETACHED, 2), "what the first one is told")
    other.input(b"go\n")
    other.wait_for("two\n")
    other.input(b"go\n")
    equal(finish(other), (False, 8, ""), "the end")
    equal(bytes(other.stream.data), b"two\n", "standard output")


def test_in_a_pty(host):
    """`ssh -t host cmd`: a terminal, and the shell with -c; no login shell."""
    c = Framed(host)
    a = c.attach(framed.NEW, command="echo $0; tty; stty size; echo $TERM $SSH_TTY; exit 3", size=(30, 90))
    equal((a["kind"], a["new"]), (1, True), "ATTACHED")
    equal(finish(c), (False, 3, ""), "the end")
    lines = bytes(c.stream.data).decode().replace("\r", "").split("\n")
    equal(lines[0], "bash", "argv[0]")
    equal(lines[2:4], ["30 90", "xterm-256color " + lines[1]], "the size, TERM and the terminal")
    check(not os.path.exists("/home/alice/.profile-log"), "the profile was read")


def test_limits(host):
    write("/etc/holdfast/holdfast.conf", "MaxSessions 1\n")
    c = command(host, "read x")
    other = Framed(host)
    other.hello()
    other.send(framed.ATTACH, other.attach_body(framed.NEW, flags=PIPES, command="true"))
    equal(other.wait_end()[:2], (framed.ERROR, framed.REFUSED), "a second one")
    c.send(framed.INPUT_END, struct.pack(">Q", 0))
    finish(c)
    for line, ok in (("#" * 16384, True), ("#" * 16385, False), ("echo \0", False)):
        host.wait_none()
        other = Framed(host)
        other.hello()
        other.send(framed.ATTACH, other.attach_body(framed.NEW, flags=PIPES, command=line))
        equal(other.wait_end()[0], framed.EXIT if ok else framed.ERROR, "a command of %d bytes" % len(line))
        if ok:
            other.send(framed.EXIT_ACK)
        other.wait_closed()


def test_keeper_killed(host):
    """Another takes its place; the connection, the pipes and the command go on."""
    c = command(host, "read a; echo got $a; read b; echo got $b; exit 9")
    c.input(b"one\n")
    c.wait_for("got one\n")
    os.kill(host.session()["keeper_pid"], 9)
    c.input(b"two\n")
    c.wait_for("got two\n")
    equal(finish(c), (False, 9, ""), "its end")


@by_hand
def test_without_root(host):
    """No holdfastd: the keeper is started by the user's own process."""
    with open("/etc/pam.d/sshd") as f:
        lines = [line for line in f if "pam_holdfast" not in line]
    write("/etc/pam.d/sshd", "".join(lines))
    host.start_sshd()

    def connect(stream=None):
        return Framed(host, stream, argv=host.ssh_argv("alice", ["-T"], [LIBEXEC + "/holdfast-resume"]))
    c = connect()
    a = c.attach(framed.NEW, flags=PIPES, command="echo one; read x; echo $x >&2; exit 7")
    equal((a["kind"], a["new"]), (2, True), "ATTACHED")
    c.wait_for("one\n")
    c.kill()
    s = host.wait_sessions(1, "dropped")[0]
    equal((s["kind"], s["vouched"]), ("command", False), "the session")
    d = connect(c.stream)
    equal(d.resume()["known"], True, "the stream is known")
    d.input(b"two\n")
    equal(finish(d), (False, 7, ""), "the end")
    equal((bytes(c.stream.data), bytes(c.stream.error_data)), (b"one\n", b"two\n"), "both outputs")
    host.wait_none()
