# SPDX-License-Identifier: MIT
"""holdfastctl why: each login that is not held leaves its reason, whoever decided so, and the tool says it in words."""
import contextlib
import errno
import json
import os
import re
import signal
import subprocess
import time

import world
from host import RUN, by_hand
from template import LIBEXEC, write
from term import Failed, Skip, check, equal, wait_until
from test_broken_host import read_only
from test_hardened import Missing, added, forbid, ptys
from test_says_why import users

CONF = "/etc/holdfast/holdfast.conf"
SAID = "/var/lib/holdfast/said"
OTHER_KEY = ["-F", "/home/laptop/.ssh/config2"]
PLAIN, NONE, NEW = "a plain shell", "no session", "a new session"


def reasons(host, user="alice", by="root"):
    r = host.ctl(by, "why", "--json", *([user] if by == "root" else []))
    equal((r.returncode, r.stderr), (0, ""), "holdfastctl why")
    return json.loads(r.stdout)["reasons"]


def reason(host, why, user="alice"):
    """The latest reason, once it is WHY."""
    try:
        return wait_until(lambda: (reasons(host, user) or [{}])[-1].get("why") == why and reasons(host, user)[-1],
                          "the reason " + why)
    except Failed as e:
        raise Failed("%s: %s; the log: %s" % (e, reasons(host, user)[-3:], host.syslog.lines[-4:])) from e


@contextlib.contextmanager
def wrote(path, text):
    before = open(path).read() if os.path.exists(path) else None
    write(path, text)
    yield
    if before is None:
        os.unlink(path)
    else:
        write(path, before)


def before(text):
    """Start-up files have TEXT before the hook."""
    with open("/etc/profile") as f:
        return wrote("/etc/profile", text + f.read())


@contextlib.contextmanager
def forced(host):
    host.configure_sshd("ForceCommand /bin/bash -l\n")
    yield
    host.configure_sshd("")


def shell(host, *options, **kw):
    t = host.login(options=list(options), **kw)
    held = t.ask("$HOLDFAST_SESSION") != ""
    text = t.text()
    t.line("exit 7")
    equal(t.wait_exit(), 7, "the status of ssh")
    return held, text


def without_terminal(host):
    r = host.ssh_run(options=["-T"], input=b"exit 3\n")
    equal((r.returncode, r.stdout + r.stderr), (3, b""), "ssh -T")
    return False, ""


def as_command(host):
    t = host.ssh(options=["-t"], args=["bash -l"])
    t.prompt()
    t.line("exit")
    t.wait_exit()
    return False, ""


def unset_term(host):
    return shell(host, term="")


# What the login does, under which state, the reason, and whether the user's process has said it.
SAYS = (
    (without_terminal, None, "no-terminal"),
    (lambda host: shell(host, term="dumb"), None, "term-dumb"),
    (lambda host: shell(host, "-o", "SetEnv=LC_HOLDFAST=off"), None, "off-client"),
    (shell, lambda: wrote("/home/alice/.config/holdfast/off", ""), "off-file"),
    (shell, lambda: before("exec 2>/dev/tty\n"), "redirected"),
    (shell, lambda: before("HOLDFAST=off; export HOLDFAST\n"), "off-variable"),
    (as_command, None, "other-program"),
)


def test_asides(host):
    """What the hook leaves alone is said by the user's process, once a login, and costs the terminal not a byte."""
    for login, state, why in SAYS:
        with state() if state else contextlib.nullcontext():
            held, text = login(host)
        check(not held and "holdfast" not in text.replace("holdfastctl", ""), "%s: held, or not silent: %r" % (why, text))
        r = reason(host, why)
        # a login may be over, and its record gone, before its word is read
        check(r.get("address", "127.0.0.1") == "127.0.0.1" and (login == without_terminal or "address" in r), "%s" % r)
        equal((r["event"], r["got"], r["said_by_user"], r["user"], r["times"]), ("aside", PLAIN, True, "alice", 1),
              "the reason %s" % r)
        check(r["text"] and r["mend"], "words: %s" % r)
    for user in users(host):
        if user != "alice":
            t = host.login(user, term="dumb")
            t.line("exit 7")
            equal(t.wait_exit(), 7, "the status of ssh for " + user)
            equal(reason(host, "term-dumb", user)["said_by_user"], True, "a dumb terminal of " + user)
    with forced(host):
        shell(host)
    equal(reason(host, "forced")["said_by_user"], True, "who said that it was forced")
    equal([r["why"] for r in reasons(host, by="alice")], [r["why"] for r in reasons(host)], "what alice sees")
    equal(reasons(host, by="bob"), [], "what bob sees of it")
    equal(host.ctl("bob", "why", "alice").returncode, 1, "alice's reasons for bob")
    r = host.ctl("bob", "why")
    equal((r.returncode, r.stdout), (0, ""), "why for one with nothing")
    check("nothing since" in r.stderr, "why for one with nothing: %r" % r.stderr)
    goes_after_90_days(host)
    # commands never ask, and are no logins that were not held; a held one says nothing either
    before = len(reasons(host))
    host.ssh_run(args=["true"])
    t = host.login()
    equal(len(reasons(host)), before, "reasons after a command and a held login")
    # a shell of an opted-out login that is a login shell too has the login's ticket
    t2 = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    reason(host, "off-client")
    t2.run("(exec -a -bash bash -c true); (exec -a -bash bash -c true)")
    host.drop(t)
    with open("/home/laptop/.ssh/config") as f:
        write("/home/laptop/.ssh/config2", f.read().replace("/key1", "/key2"))
    t = host.login(options=OTHER_KEY)
    r = reason(host, "new-other-key")
    equal((r["got"], "session 1" in r["text"]), (NEW, True), "another key: %s" % r)
    equal(sum(r["times"] for r in reasons(host) if r["why"] == "off-client"), 2, "words of two logins")
    out = host.ctl("root", "why").stdout
    check("TERM is dumb [said by the user's process]" in out and "rm ~/.config/holdfast/off" in out, out)


@contextlib.contextmanager
def drained(host):
    host.ctl("root", "drain")
    yield
    host.ctl("root", "drain", "--off")


def rules(line):
    return wrote("/etc/pam.d/held", "auth required pam_permit.so\naccount required pam_permit.so\n"
                 "session optional pam_loginuid.so\n" + line)


@contextlib.contextmanager
def own_rules(line, conf=""):
    with rules(line), wrote(CONF, "PamService held\n" + conf):
        yield


@contextlib.contextmanager
def no_room_for_rules():
    """No byte can be written where the leader puts the PAM rules of held shells."""
    os.makedirs(RUN + "/pam", 0o700, exist_ok=True)
    world.mount("tmpfs", RUN + "/pam", "tmpfs", 0, "mode=700,size=4096")
    with open(RUN + "/pam/filler", "wb") as f:
        f.write(bytes(4096))
    yield
    subprocess.run(["umount", RUN + "/pam"], check=True)


def goes_after_90_days(host):
    """What was said, and what root's processes have seen."""
    line = "time_ms=%d seq=1 event=aside user=gone uid=4711 why=forced\n"
    for path in SAID, os.path.dirname(SAID) + "/events":
        write(path + "/4711", line % ((time.time() - 91 * 86400) * 1000))
        write(path + "/4712", line % (time.time() * 1000))
        if os.path.exists(path + "/.swept"):
            os.unlink(path + "/.swept")
    os.kill(host.holdfastd.pid, signal.SIGHUP)
    for path in SAID, os.path.dirname(SAID) + "/events":
        wait_until(lambda: not os.path.exists(path + "/4711"), "%s has been swept" % path)
        os.unlink(path + "/4712")


@contextlib.contextmanager
def under_logind():
    """A host with logind, as far as holdfast looks, and PAM rules without pam_systemd, or with one that fails."""
    for name in ("system", "seats"):
        os.makedirs("/run/systemd/" + name)
    yield
    for name in ("system", "seats"):
        os.rmdir("/run/systemd/" + name)


# State, reason, what else the event says, and what the person reads.  One of them is a decision, and no refusal.
REFUSALS = (
    (drained, "drain", "", "maintenance"),
    (lambda host: wrote(CONF, "Enable no\n"), "enable-no", "", ""),
    (lambda host: wrote(CONF, "Scrollback none of these\n"), "bad-config", "Scrollback", "holdfast.conf has an error"),
    (lambda host: wrote(CONF, "MaxSessions 0\n"), "limit", "MaxSessions 0", "permits no session"),
    (lambda host: ptys(2), "ptys", "/dev/pts has a limit", "no pseudo terminal was free: the mount /dev/pts has"),
    (lambda host: no_room_for_rules(), "space", "/run", "no space was left: "),
    (lambda host: added("/etc/security/limits.conf", "alice hard nofile 20\n")(host), "nofile", "(ulimit -n) is 20",
     "the limit on open files is too small"),
    (lambda host: own_rules("session required pam_deny.so\n"), "pam", "pam_open_session", "PAM refused the session"),
    (lambda host: own_rules("session required pam_exec.so quiet /bin/sleep 100\n", "LoginTimeout 1s\n"), "login-timeout",
     "pam_open_session", "not ready in time.*pam_open_session"),
    (lambda host: under_logind(), "logind", "/", "logind made no session for this login"),
)


def test_refusals(host):
    """What root's part refuses: the event and the person's line say the same cause."""
    for state, why, what, words in REFUSALS:
        with state(host):
            held, text = shell(host)
            check(not held, why + ": held")
            r = reason(host, why)
        event = "aside" if why == "enable-no" else "refuse"
        equal((r["event"], r["got"], r["said_by_user"], r["address"]), (event, PLAIN, False, "127.0.0.1"), "%s" % r)
        check(what in r["text"] and r["mend"], "%s: %s" % (why, r))
        check(re.search(words, text) if words else "holdfast:" not in text, "%s: the person reads %r" % (why, text))
        for p in host.named("sleep"):
            os.kill(p, signal.SIGKILL)
    # Who asks for a session where there is none to be had gets no shell either.
    with wrote(CONF, "Enable no\n"):
        t = host.ssh(options=["-t"], args=["holdfastctl", "new"])
        t.wait_for("switched off for this login")
        t.wait_exit()
        r = wait_until(lambda: [x for x in reasons(host) if x["got"] == NONE], "the reason of holdfastctl new")[-1]
    equal((r["event"], r["why"], r["times"]), ("aside", "enable-no", 1), "holdfastctl new: %s" % r)
    check('holdfast_asides_total{reason="enable-no"} 2\n' in host.ctl("root", "metrics").stdout, "both are counted")


MEMFD_CREATE = 319  # on x86-64


@by_hand
def test_no_memory(host):
    """The kernel has no memory for a new session: the leader says so, and the login gets a plain shell."""
    try:
        forbid([MEMFD_CREATE], errno.ENOMEM)
    except Missing as e:
        raise Skip(str(e)) from e
    host.start()
    held, text = shell(host)
    check(not held and re.search("cannot make the session: there was no memory: .*Cannot allocate memory", text),
          "the person reads %r" % text)
    r = reason(host, "memory")
    equal((r["event"], r["got"], r["said_by_user"], r["address"], r["times"]), ("refuse", PLAIN, False, "127.0.0.1", 1),
          "the reason %s" % r)
    check("Cannot allocate memory" in r["text"] and "MemoryMax" in r["mend"], "words: %s" % r)
    check('holdfast_refusals_total{reason="memory"} 1\n' in host.ctl("root", "metrics").stdout, "it is counted")


def test_crashes(host):
    """holdfast-login crashes, at once and after it has asked: the hook says so."""
    os.rename(LIBEXEC + "/holdfast-login", LIBEXEC + "/real-login")
    for how in "kill -SEGV $$", LIBEXEC + "/real-login --hook 3>/dev/null </dev/null; kill -SEGV $$":
        write(LIBEXEC + "/holdfast-login", '#!/bin/sh\ncase $1 in\n--hook) %s ;;\n*) exec %s/real-login "$@" ;;\nesac\n'
              % (how, LIBEXEC), 0o755)
        before = len([r for r in reasons(host) if r["why"] == "crashed"])
        held, text = shell(host)
        check(not held and "holdfast-login failed; this shell is not held" in text, "a crash: %r" % text)
        wait_until(lambda: len([r for r in reasons(host) if r["why"] == "crashed"]) > before or
                   [r for r in reasons(host) if r["why"] == "crashed" and r["times"] > 1], "the reason: %s" % reasons(host))
        r = reasons(host)[-1]
        equal((r["event"], r["why"], r["got"], r["said_by_user"]), ("aside", "crashed", PLAIN, True), "the reason %s" % r)


def test_quota(host):
    """A process that says thousands of things costs its user's older words, and nobody else anything."""
    shell(host, user="bob", *["-o", "SetEnv=LC_HOLDFAST=off"])
    reason(host, "off-client", "bob")
    with wrote(CONF, "MaxSessions 0\n"):
        shell(host)
    reason(host, "limit")
    say = ("import socket, struct\n"
           "for i in range(3000):\n"
           "    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
           "    s.settimeout(20)\n"
           "    try:\n"
           "     s.connect('%s/holdfastd.sock')\n"
           "     s.send(b'holdfast' + struct.pack('>II', 1, 5) + bytes(16) + bytes(9) + b'\\1' +\n"
           "            struct.pack('>HI', 11, 0) + bytes(16))\n"
           "    except OSError: # too many at once\n"
           "     pass\n"
           "    s.close()\n" % RUN)

    def saying(user, text):
        r = host.as_user(user, ["/usr/bin/python3", "-c", text], timeout=60)
        check(r.returncode == 0, "saying: %s" % r)
    saying("alice", say)
    wait_until(lambda: "module" in [x["why"] for x in reasons(host)], "alice's words")
    equal([x["why"] for x in reasons(host, "bob")], ["off-client"], "bob's reasons")
    check("limit" in [x["why"] for x in reasons(host)], "root's word about alice is gone")
    with open("%s/%d" % (SAID, host.ids("alice")[0])) as f:
        check(len(f.readlines()) <= 64, "lines of alice")
    check(len(host.syslog.find("event=aside .*why=module")) <= 20, "lines in the log")
    check(not os.path.exists("%s/%d" % (SAID, 4711)), "a file of nobody")
    # where the store can't be written, its limit isn't the one that holds
    wait_until(lambda: len(host.named("holdfastd")) == 1, "the helpers have ended")
    with read_only(SAID):
        # each helper has done its work when it closes
        saying("bob", say.replace("3000", "100").replace("    except", "     while s.recv(100): pass\n    except"))
    lines = len(host.syslog.find("event=aside user=bob .*why=module"))
    check(0 < lines <= 20, "bob's lines in the log, with a read-only store: %d" % lines)
