# SPDX-License-Identifier: MIT
"""No signal that can be ignored or handled ends or stops a process of ours, but for the requests that each one knows."""
import os
import re
import signal

import peer
from framed import Framed
from template import write
from term import check, equal, wait_until
from test_hostile import install_peer

ALL = range(1, 65)
# common/base/signals.h: what can't be changed, what does nothing, and the faults.
LEFT = {signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT, signal.SIGCHLD, signal.SIGILL, signal.SIGTRAP, signal.SIGABRT,
        signal.SIGBUS, signal.SIGFPE, signal.SIGSEGV, signal.SIGSYS}
HARMLESS = {signal.SIGCHLD, signal.SIGCONT}
ENDS_LOGIN = {signal.SIGHUP, signal.SIGTERM}


def masks(text):
    """The sets of signals in the text of /proc/PID/status."""
    return {k: int(v, 16) for k, v in re.findall(r"^(Sig(?:Blk|Ign|Cgt)):\s*([0-9a-f]+)", text, re.M)}


def lets_pass(pid):
    """The signals for which PID has something else than the kernel's default."""
    with open("/proc/%d/status" % pid) as f:
        m = masks(f.read())
    return {s for s in ALL if (m["SigBlk"] | m["SigIgn"] | m["SigCgt"]) >> (s - 1) & 1}


def send_all(pids, but=()):
    """Sends PIDS each signal but those that are left alone, and BUT."""
    for pid in pids:
        missed = set(ALL) - LEFT - set(but) - lets_pass(pid)
        check(not missed, "process %d has the default for %s" % (pid, sorted(map(int, missed))))
        for s in ALL:
            if s not in LEFT - HARMLESS and s not in but:
                os.kill(pid, s)


def started(host, pids):
    out = []
    for pid in pids:
        check(host.exists(pid), "process %d has ended" % pid)
        with open("/proc/%d/stat" % pid) as f:
            tail = f.read().rpartition(")")[2].split()
        check(tail[0] != "T", "process %d is stopped" % pid)
        out.append((pid, tail[19]))
    return out


def test_all_parts(host):
    """Attached, dropped, resumed: the same processes, and the shell answers."""
    t = host.login()
    marked = host.mark(t)
    s = host.session()
    root = [host.leader_of(s), host.holdfastd.pid]
    before = started(host, root + [s["keeper_pid"]])

    def all_but_requests():
        send_all([root[0]])
        send_all([root[1]], {signal.SIGTERM, signal.SIGINT})
        send_all([s["keeper_pid"]], {signal.SIGTERM})

    all_but_requests()
    logins = host.named("holdfast-login")
    equal(len(logins), 1, "processes of holdfast-login")
    login = started(host, logins)
    send_all(logins, ENDS_LOGIN)
    marked.same(t)
    equal(started(host, logins), login, "holdfast-login")
    host.drop(t)
    all_but_requests()
    t = host.ssh()
    marked.same(t)
    equal(started(host, root + [s["keeper_pid"]]), before, "leader, holdfastd, keeper")
    # sizes still pass, by SIGWINCH and the terminal that it has
    t.resize(30, 100)
    wait_until(lambda: t.ask("$(stty size)") == "30 100", "the shell has the new size")
    t.line("exit 5")
    equal(t.wait_exit(), 5, "the status of ssh")


def test_keepers_painter(host):
    """The user's pkill finds this one too."""
    t = host.login()
    marked = host.mark(t)
    t.line("printf '\\033[2J\\033[5;7Hpainted'")
    t.wait_for("painted")
    host.drop(t)
    painters = wait_until(lambda: host.named("holdfast-paint"), "a painter")
    send_all(painters, {signal.SIGTERM})
    t = host.ssh()
    t.wait_for("painted")
    check("rebuilt" not in t.text() and "not shown" not in t.text(), "the screen is made anew")
    marked.same(t)


def test_term_ends_a_session(host):
    t = host.login()
    host.drop(t)
    s = host.session()
    os.kill(s["keeper_pid"], signal.SIGTERM)
    host.wait_gone(s["shell_pid"], "the shell has gone")
    host.wait_none()


def test_framed(host):
    c = Framed(host)
    c.attach()
    c.ask("$$")
    pids = host.named("holdfast-resume")
    equal(len(pids), 1, "processes of holdfast-resume")
    send_all(pids, ENDS_LOGIN)
    equal(c.ask("$((6*7))"), "42", "what the shell says")
    equal(c.exit(3), 3, "the status")


def test_helper(host):
    """Before its caller has said anything, and with the alarm of another process."""
    s = peer.connect()
    helpers = wait_until(lambda: [p["pid"] for p in host.processes() if p["ppid"] == host.holdfastd.pid],
                         "a helper for the connection")
    equal(len(helpers), 1, "helpers")
    wait_until(lambda: not set(ALL) - LEFT - lets_pass(helpers[0]), "the helper has chosen its signals")
    send_all(helpers)
    s.sendall(b"no request")
    check(peer.reply(s).startswith("REFUSED"), "the helper's answer")


def test_helper_in_pam(host):
    """In the middle of a PAM module, before the session is there."""
    write("/usr/local/bin/slow", "#!/bin/sh\ncat /proc/self/status >/tmp/pam-status\n"
          "echo $PPID >/tmp/pam-ppid.new; mv /tmp/pam-ppid.new /tmp/pam-ppid\nread x </tmp/go\n", 0o755)
    os.mkfifo("/tmp/go")
    host.held_stack("session optional pam_exec.so quiet /usr/local/bin/slow\n")
    t = host.ssh()
    wait_until(lambda: os.path.exists("/tmp/pam-ppid"), "the helper is in the PAM stack")
    with open("/tmp/pam-ppid") as f:
        helper = int(f.read())
    send_all([helper])
    with open("/tmp/go", "w") as f:
        f.write("\n")
    t.prompt()
    check(t.ask("$HOLDFAST_SESSION"), "the login is held")
    equal(host.leader_of(host.session()), helper, "the leader")
    # what a module executes has the defaults, but for the two signals of the C library
    with open("/tmp/pam-status") as f:
        m = masks(f.read())
    equal((m["SigBlk"], m["SigCgt"], m["SigIgn"] & ~(3 << 31)), (0, 0, 0), "the signals of a program of PAM")
    # pam_close_session runs it again
    t.line("rm -f /tmp/go; exit")
    with open("/tmp/go", "w") as f:
        f.write("\n")
    t.wait_exit()


def test_before_the_shell(host):
    """The leader's child that will be the shell waits for its login: only requests end it."""
    install_peer(host)
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    t.line("/usr/bin/python3 -c 'import sys, os, time; sys.path.insert(0, \"/usr/local/lib\"); import peer; s = peer.connect();"
           " ticket = os.environ[\"HOLDFAST_TICKET\"]; s.sendall(peer.request(1, ticket)); print(peer.reply(s));"
           " s.sendall(peer.request(2, ticket)); print([peer.reply(s) for i in range(2)]); time.sleep(60)'")
    t.wait_for("READY")
    keeper = host.named("holdfast-keeper")
    equal(len(keeper), 1, "keepers")
    leader = host.parents(keeper[0])[1]["pid"]
    stubs = [p["pid"] for p in host.processes() if p["ppid"] == leader and p["pid"] != keeper[0]]
    equal(len(stubs), 1, "children of the leader beside its keeper")
    before = started(host, stubs)
    send_all(stubs, {signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM})
    equal(started(host, stubs), before, "the shell to be")
    t.send("\x03")
    host.wait_gone(stubs[0], "it goes with its login")


def test_programs_have_the_defaults(host):
    """What a held shell runs, and what a resume runs."""
    write("/etc/holdfast/resume.d/signals", "#!/bin/sh\nexec cat /proc/self/status >/tmp/resume-status\n", 0o755)
    write("/usr/local/bin/sigs", "#!/bin/sh\nexec grep ^Sig[BIC] /proc/self/status\n", 0o755)
    plain = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    want = plain.ask("$(sigs | tr -s '\\n\\t' ' ')")
    t = host.login()
    equal(t.ask("$(sigs | tr -s '\\n\\t' ' ')"), want, "the signals of a program in a held shell")
    host.drop(t)
    t = host.ssh()
    t.wait_for("resumed session")
    with open("/tmp/resume-status") as f:
        m = masks(f.read())
    equal((m["SigBlk"], m["SigIgn"], m["SigCgt"]), (0, 0, 0), "the signals of a file in resume.d")
