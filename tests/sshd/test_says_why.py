# SPDX-License-Identifier: MIT
"""A login that is not held says why, in one line, where the person could not guess; and only there."""
import contextlib
import os
import re
import shutil

from broken import SEQUENCES, Broken, daemon_stopped, directory, empty, missing
from host import RUN
from template import LIBEXEC, write
from term import check, equal, wait_until
from test_broken_host import no_inodes, no_room, of_mode, read_only

LOGIN = LIBEXEC + "/holdfast-login"
LOGINS = RUN + "/logins"
NOT_HELD = ": this shell is not held"
SHELLS = ("alice", "dan", "zoe", "finn", "tom")


@contextlib.contextmanager
def never_started(host):
    host.stop_holdfastd()
    shutil.rmtree(RUN)
    yield
    host.start_holdfastd()


# What is broken, and the words of the line, as a function of the host.
REASONS = (
    ("mode 0755 of the logins' directory", lambda host: of_mode(LOGINS, 0o755),
     "cannot record this login: %s must belong to root and have mode 0700: Operation not permitted" % LOGINS),
    ("a full /run", lambda host: no_room("/run"), "cannot record this login: %s: No space left on device (no free space on /run)" % LOGINS),
    ("no inodes in /run", lambda host: no_inodes("/run"),
     "cannot record this login: %s: No space left on device (no free inodes on /run)" % LOGINS),
    ("/run read-only", lambda host: read_only("/run"), "cannot record this login: %s: Read-only file system" % LOGINS),
    ("holdfastd that has not run since the boot", never_started,
     "cannot record this login: %s: No such file or directory" % LOGINS),
    ("holdfastd stopped", daemon_stopped, "holdfastd is not running"),
    ("holdfast-login not executable", lambda host: of_mode(LOGIN, 0o644), "cannot run " + LOGIN),
    ("no holdfast-login", lambda host: Broken(missing, LOGIN), "cannot run " + LOGIN),
    ("an empty holdfast-login", lambda host: Broken(empty, LOGIN), "cannot run " + LOGIN),
    ("a directory in its place", lambda host: Broken(directory, LOGIN), "cannot run " + LOGIN),
)


def users(host):
    for user in SHELLS:
        try:
            host.ids(user)
        except KeyError:
            continue
        yield user


def said(t):
    """What holdfast has said in T."""
    text = SEQUENCES.sub("", t.text())
    return [line for line in text.replace("\r", "\n").split("\n") if line.startswith("holdfast: ")]


def one_login(host, user, **kw):
    """What holdfast says to a login of USER's up to its prompt; the login is over then."""
    t = host.login(user, **kw)
    found = said(t)
    t.line("exit 7")
    equal(t.wait_exit(), 7, "the status of ssh for " + user)
    return found


def nothing_left(host):
    """What the logins before this one had in /run is gone: it would make room there later."""
    for user in users(host):
        host.wait_none(user)
    wait_until(lambda: not host.records(), "no record of a login")
    wait_until(lambda: len(host.named("holdfastd")) <= 1, "no helper or leader is left over")


def test_reasons(host):
    for what, state, words in REASONS:
        nothing_left(host)
        with state(host):
            for user in users(host):
                equal(one_login(host, user), ["holdfast: " + words + NOT_HELD], "%s, to %s" % (what, user))
        equal(one_login(host, "alice"), [], "no more " + what)


def test_once_a_login(host):
    """A shell within that shell says nothing, and finds nothing in its environment."""
    for what, state in (("logins", lambda: of_mode(LOGINS, 0o755)), ("holdfast-login", lambda: of_mode(LOGIN, 0o644))):
        with state():
            t = host.login()
            equal(t.ask("$HOLDFAST_TICKET$HOLDFAST_TROUBLE"), "", "left of ours in the environment: " + what)
            t.line("exec -l bash")
            t.prompt()
            equal(len(said(t)), 1, "lines in a login and a shell within: " + what)


def test_who_asks_for_a_session(host):
    """By the subsystem, by holdfastctl, and without a terminal: the same words."""
    words = "cannot record this login: %s must belong to root" % LOGINS
    with of_mode(LOGINS, 0o755):
        for options, args in ((["-t", "-s"], ["resume"]), (["-t"], ["holdfastctl new"])):
            t = host.ssh(options=options, args=args)
            t.wait_for(re.escape(words), what="the reason, with %s" % args)
            check(t.wait_exit() != 0, "the status of %s" % args)
        r = host.ssh_run(options=["-s"], args=["resume"], input=b"id\n")
        check(r.returncode != 0 and words.encode() in r.stdout + r.stderr, "without a terminal: %r" % r)


def test_not_to_others(host):
    """Commands, scp, a person who has opted out, a terminal that is none: nothing is said."""
    for path, mode in ((LOGINS, 0o755), (LOGIN, 0o644)):
        with of_mode(path, mode):
            equal(one_login(host, "alice", options=["-o", "SetEnv=LC_HOLDFAST=off"]), [], "with LC_HOLDFAST=off")
            equal(one_login(host, "alice", term="dumb"), [], "in a dumb terminal")
            for user in users(host):
                write("/home/%s/.config/holdfast/off" % user, "")
                equal(one_login(host, user), [], "%s has opted out" % user)
                os.unlink("/home/%s/.config/holdfast/off" % user)
            for args in (["true"], ["bash -lc true"], ["cat >copy"]):
                r = host.ssh_run(args=args, input=b"x\n")
                equal((r.returncode, r.stdout, r.stderr), (0, b"", b""), "ssh host %s" % args[0])
            r = host.ssh_run(options=["-T"], input=b"exit 3\n")
            check(r.returncode == 3 and b"holdfast" not in r.stdout + r.stderr, "a shell without a terminal: %r" % r)
            t = host.ssh(options=["-t"], args=["bash -lc 'echo ran; exit 4'"])
            t.wait_for("ran")
            equal((t.wait_exit(), said(t)), (4, []), "a command in a terminal")
            t = host.ssh(options=["-t"], args=["exec -l bash"])
            t.prompt()
            # without holdfast-login nobody can tell this from the login's own shell
            equal(len(said(t)), path == LOGIN, "lines in a command that is a login shell, %s" % path)


def test_switched_off(host):
    """The administrator's word: nothing is said, unless the login asks for a session."""
    write("/etc/holdfast/holdfast.conf", "Enable no\n")
    equal(one_login(host, "alice"), [], "with Enable no")
    equal(one_login(host, "alice", options=["-o", "SetEnv=LC_HOLDFAST=work"]),
          ["holdfast: switched off for this login" + NOT_HELD], "with Enable no, for a session by name")
    write("/etc/holdfast/holdfast.conf", "")
    write("/etc/holdfast/disabled", "")
    for state in (None, LOGINS, LOGIN):
        with of_mode(state, 0o755 if state == LOGINS else 0o644) if state else contextlib.nullcontext():
            for user in users(host):
                equal(one_login(host, user), [], "%s with the kill switch, and %s broken" % (user, state))


FORCED = ["holdfast: sshd runs a ForceCommand in place of the login shell" + NOT_HELD]
# sshd_config, and what holdfast says to alice, whose shell is bash.
FORCES = (
    ("ForceCommand exec -l /bin/bash", FORCED),
    ("ForceCommand /bin/bash -l", FORCED),
    ("ForceCommand cd / && exec -a -bash bash", FORCED),
    ("Match User bob,al*\nForceCommand /bin/bash -l", FORCED),
    ("Match Group staff,alice Address 127.0.0.0/8\nForceCommand exec -l bash", FORCED),
    ("Match User alice\nForceCommand none\nMatch all\nForceCommand exec -l bash", []),
    ("Match LocalPort 2222 User alice\nForceCommand exec -l bash", []),
)


def test_forced(host):
    for text, expected in FORCES:
        host.configure_sshd(text + "\n")
        if "none" not in text:
            equal(one_login(host, "alice"), expected, text)
        write("/home/alice/.config/holdfast/off", "")
        equal(one_login(host, "alice"), [], text + ", for a person who has opted out")
        os.unlink("/home/alice/.config/holdfast/off")
        # a command of the person's has been replaced
        t = host.ssh(options=["-t"], args=["exec -l bash"])
        t.prompt()
        equal(said(t), [], text + ", in place of a command")
        t.kill()
        r = host.ssh_run(args=["true"], input=b"exit 3\n")
        check(b"holdfast" not in r.stdout + r.stderr, "without a terminal, %s: %r" % (text, r))
    host.configure_sshd("Match User bob\nForceCommand exec -l bash\n")
    for command in ("exec -l bash", "bash -l", "exec -a -bash bash"):
        t = host.ssh(options=["-t"], args=[command])
        t.prompt()
        equal(said(t), [], "a command of one's own, with a ForceCommand for another user: " + command)
        t.kill()
    check(host.login().ask("$HOLDFAST_SESSION"), "a login without a ForceCommand is held")


def test_forced_for_other_shells(host):
    write("/usr/local/bin/wrapper", "#!/bin/bash\nexec -a -${SHELL##*/} $SHELL\n", 0o755)
    host.configure_sshd("ForceCommand /usr/local/bin/wrapper\n")
    for user in users(host):
        equal(one_login(host, user), FORCED, user)
