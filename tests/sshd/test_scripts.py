# SPDX-License-Identifier: MIT
"""holdfastctl run, send, print, peek, tail and wait: a session is worked from a script."""
import os
import re
import shlex
import signal
import subprocess
import threading

import template
from term import Failed, check, equal, wait_until
from test_command import command, finish
from versions import KEEPER, another_build

CTL = "/usr/bin/holdfastctl"


def ctl(host, *args, status=0, err=None, user="alice", **kw):
    """Its output; STATUS and, if given, the pattern ERR for what it says on standard error have to be right."""
    r = host.ctl(user, *args, **kw)
    equal((r.returncode, r.stderr if status == 0 else ""), (status, ""),
          "holdfastctl %s: its status; it says %r, %r" % (" ".join(args), r.stdout, r.stderr))
    check(err is None or re.search(err, r.stderr), "holdfastctl %s says %r" % (" ".join(args), r.stderr))
    return r.stdout


def run(host, *args):
    """A detached session, by ssh."""
    r = host.ssh_run(args=[shlex.join((CTL, "run") + args)])
    equal((r.returncode, r.stderr), (0, b""), "holdfastctl run %s" % (args,))
    check(re.fullmatch(rb"[1-9][0-9]*\r?\n", r.stdout), "run prints %r" % r.stdout)
    return r.stdout.decode().strip()


def test_a_shell_is_worked(host):
    """send, wait, print, peek and tail, on a session that is attached, and then dropped."""
    t = host.login()
    before = host.session()
    ctl(host, "wait", "1", "--timeout", "20")
    ctl(host, "send", "1", "echo", "$((6*7))", "is it", "--enter")
    ctl(host, "wait", "--prompt", "1", "--timeout", "20")
    check("\n42 is it\n" in ctl(host, "print", "1"), "print: %r" % ctl(host, "print", "1"))
    t.wait_for("42 is it")
    out = ctl(host, "peek", "1")
    check(re.match(r"session 1: attached, bash, 24x80, quiet for \d+s\n", out), "peek: %r" % out)
    check("42 is it" in out, "peek: %r" % out)
    s = host.session()
    equal((s["attachments"], s["rows"], s["cols"], s["state"]), (1, 24, 80, "attached"), "the session")
    check(s["activity_ms"] > before["activity_ms"], "a send counts as input")
    host.drop(t)
    # Names of keys; the shell is asked which bytes came.  The cursor's are those that the program has asked for.
    ctl(host, "send", "1", "--enter",
        "printf '\\e[?1h'; stty raw -echo; echo rea''dy; head -c 12 | od -An -tx1; stty sane")
    ctl(host, "wait", "1", "--for", "^ready$", "--since-start", "--timeout", "20")
    ctl(host, "send", "--keys", "1", "C-c", "M-x", "Up", "S-F5")
    ctl(host, "send", "1", "--keys", "x")
    ctl(host, "wait", "1", "--timeout", "20")
    check("03 1b 78 1b 4f 41 1b 5b 31 35 3b 32" in ctl(host, "print", "1"), "keys: %r" % ctl(host, "print", "1"))
    # Colours and what stands above the screen.
    ctl(host, "send", "1", "-e", "clear; seq 1 40; printf 'a\\e[31mred\\e[0m\\n'")
    ctl(host, "wait", "1", "--timeout", "20")
    check("\n3\n" not in ctl(host, "print", "1"), "the screen alone")
    check("\n3\n4\n" in ctl(host, "print", "--scrollback", "1"), "with the scrollback")
    check("a\x1b[0;31mred\x1b[0m\n" in ctl(host, "print", "--ansi", "1"), "--ansi")
    check('a<span style="color:#cd0000">red</span>\n' in ctl(host, "print", "--html", "1"), "--html")
    # Standard input, more than a terminal takes at once; the text that tail shows has no sequences in it.
    ctl(host, "send", "1", "-e", "stty -echo; wc -c; stty echo")
    ctl(host, "wait", "1", "--for", "stty -echo", "--since-start", "--timeout", "20")
    ctl(host, "send", "1", "-", input="0123456789abcde\n" * 8000)
    ctl(host, "send", "1", "--keys", "Enter", "C-d")
    ctl(host, "wait", "1", "--timeout", "20")
    check(re.search(r"^128001$", ctl(host, "tail", "-n", "3", "1"), re.M), "tail: %r" % ctl(host, "tail", "1"))
    equal(ctl(host, "tail", "-n", "0", "1"), "", "no line")
    check("\x1b" not in ctl(host, "tail", "-n", "1000", "1"), "tail has sequences")
    check("\x1b[31mred" in ctl(host, "tail", "-n", "1000", "--raw", "1"), "tail --raw has none")
    equal(host.session()["state"], "dropped", "the session")


def test_waits(host):
    """Programs in front, patterns, timeouts, the end; a session that has ended before."""
    t = host.login()
    ctl(host, "wait", "1", "--timeout", "20")
    ctl(host, "send", "1", "-e", "sleep 1000")
    wait_until(lambda: host.session()["program"] == "sleep", "sleep in front")
    ctl(host, "wait", "1", "--timeout", "1", status=4, err="session 1 is not at a prompt: another program is in front")
    ctl(host, "send", "1", "--keys", "C-c")
    ctl(host, "wait", "1", "--timeout", "20")
    # The shell is in front, and does not read at its prompt.
    for busy in ("wait", "read -r x < <(sleep 1000)"):
        ctl(host, "send", "1", "-e", "sleep 1000 & " + busy)
        ctl(host, "wait", "1", "--timeout", "1", status=4)
        ctl(host, "send", "1", "--keys", "C-c")
        ctl(host, "wait", "1", "--timeout", "20")
    # Another shell in front, which marks its prompts, and one that does not.
    ctl(host, "send", "1", "-e", "bash --norc --noprofile")
    ctl(host, "wait", "1", "--timeout", "1", status=4)
    ctl(host, "send", "1", "-e", "PS1='\\[\\e]133;A\\a\\]inner$ \\[\\e]133;B\\a\\]' PS0='\\e]133;C\\a'")
    ctl(host, "wait", "1", "--timeout", "20")
    ctl(host, "send", "1", "-e", "sleep 1000")
    ctl(host, "wait", "1", "--timeout", "1", status=4)
    for key in ("C-c", "C-d"):
        ctl(host, "send", "1", "--keys", key)
        ctl(host, "wait", "1", "--timeout", "20")
    # A wait that is begun anew where another one has begun.
    offset = host.ctl("alice", "wait", "1", "--for", "^between [0-9]+$", "--tell-offset", "--timeout", "0").stdout
    t.run("echo between $((40+2))")
    ctl(host, "wait", "1", "--for", "^between [0-9]+$", "--timeout", "0", status=4)
    ctl(host, "wait", "1", "--for", "^between [0-9]+$", "--since", offset.strip(), "--timeout", "20")
    # A text that comes later, and one that came before.
    waiting = threading.Thread(target=ctl, args=(host, "wait", "1", "--for", "^answer [0-9]+$"))
    waiting.start()
    while waiting.is_alive():
        ctl(host, "send", "1", "-e", "echo answer $((40+2))")
        waiting.join(0.2)
    ctl(host, "wait", "1", "--for", "^answer 42$", "--timeout", "0", status=4)
    ctl(host, "wait", "1", "--for", "^answer 42$", "--since-start")
    ctl(host, "wait", "1", "--for", "(", status=2, err='needs a regular expression, found "\\("')
    # The end, and that of a session that is gone already.
    results = []
    waiting = [threading.Thread(target=lambda a=a: results.append(host.ctl("alice", "wait", "1", *a))) for a in
               (("--end",), ("--for", "never"))]
    for w in waiting:
        w.start()
    wait_until(lambda: len(followers(host)) == 2, "both wait")
    t.line("exit 7")
    t.wait_exit()
    for w in waiting:
        w.join(20)
    equal(sorted(r.returncode for r in results), [1, 7], "statuses: %s" % results)
    check("has ended before that: exit status 7" in "".join(r.stderr for r in results), "what they say: %s" % results)
    host.wait_none()
    ctl(host, "wait", "--end", "1", status=7)
    ctl(host, "wait", "--end", "2", status=3, err="no session 2")


def work_a_shell(host, user):
    """Its prompt is known, and so is that a program runs."""
    host.login(user)
    ctl(host, "wait", "1", "--timeout", "20", user=user)
    ctl(host, "send", "1", "-e", "sleep 1000", user=user)
    ctl(host, "wait", "1", "--for", "sleep 1000", "--since-start", "--timeout", "20", user=user)
    ctl(host, "wait", "1", "--timeout", "1", status=4, user=user)
    ctl(host, "send", "1", "--keys", "C-c", user=user)
    ctl(host, "wait", "1", "--timeout", "20", user=user)
    ctl(host, "send", "1", "-e", "echo it''s over", user=user)
    ctl(host, "wait", "1", "--timeout", "20", user=user)
    out = ctl(host, "tail", "-n", "4", "1", user=user)
    check(re.search(r"^its over$", out, re.M), "%s: tail: %r" % (user, out))


def test_shells(host):
    """dash, zsh, fish, tcsh and BSD's csh, as far as they are installed, all at the same time."""
    found = [u for u in ("dan", "zoe", "finn", "tom", "cleo") if template.has_user(u)]
    wrong = []

    def work(user):
        try:
            work_a_shell(host, user)
        except Failed as e:
            wrong.append("%s: %s" % (user, e))
    at_once = [threading.Thread(target=work, args=(u,)) for u in found]
    for t in at_once:
        t.start()
    for t in at_once:
        t.join()
    check(found and not wrong, "\n".join(wrong))


def followers(host):
    """Processes of holdfastctl that wait without a limit, in poll(2): for output."""
    found = []
    for pid in host.named("holdfastctl"):
        try:
            with open("/proc/%d/syscall" % pid) as f:
                found += [pid] if (f.read().split() + [""] * 4)[3] in ("0xffffffff", "0x0") else []
        except OSError:
            pass
    return found


def test_run(host):
    """A detached session that no login resumes; its command is one line of the shell's, or a program with arguments."""
    equal(run(host, "-n", "build", "--size", "30x100", "--", "stty size; read x; exit 9"), "1", "its id")
    s = host.session()
    equal((s["name"], s["state"], s["rows"], s["cols"], s["term"]), ("build", "dropped", 30, 100, "xterm-256color"),
          "it")
    ctl(host, "wait", "build", "--for", "^30 100$", "--since-start", "--timeout", "20")
    # No login resumes it, also after the keeper's death; by its name it is found.
    os.kill(s["keeper_pid"], signal.SIGKILL)
    wait_until(lambda: host.session()["keeper_pid"] not in (0, s["keeper_pid"]), "the next keeper", 20)
    t = host.login()
    equal([x["state"] for x in host.sessions()], ["dropped", "attached"], "the sessions")
    t.line("exit")
    t.wait_exit()
    ctl(host, "wait", "build", "--prompt", "--timeout", "1", status=4, err="it runs a command and no shell")
    ctl(host, "send", "build", "-e", "x")
    ctl(host, "wait", "build", "--end", status=9)
    # Words with blanks and quotes arrive as they are.
    two = run(host, "--", "sh", "-c", "printf '<%s>\\n' \"$@\"; read x", "sh", "a  b", "it's", "", "$HOME")
    for word in ("a  b", "it's", "", "\\$HOME"):
        ctl(host, "wait", two, "--for", "^<%s>$" % word, "--since-start", "--timeout", "20")
    ctl(host, "send", two, "-e", "x")
    # A command that is over at once.
    ctl(host, "wait", "--end", run(host, "exit 5"), status=5)
    # Inside of a held shell its session vouches for it: test_in_session.py.
    t = host.login()
    check(re.fullmatch(r"[1-9][0-9]*", t.ask("$(holdfastctl run sleep 1000)")), "run inside: %r" % t.text()[-300:])


def test_a_command_on_pipes(host):
    """Its output and its end are to be had, but not what its client has confirmed; no screen, no prompt and no keys."""
    c = command(host, "read x; echo later; exit 6")
    for args in (("print",), ("send", "x"), ("wait",)):
        ctl(host, args[0], "1", *args[1:], status=1, err="a command on pipes and has no")
    out = ctl(host, "peek", "1")
    check(re.match(r"session 1: attached, \S+, on pipes, quiet for \d+s\n$", out), "peek: %r" % out)
    got = []
    follow = threading.Thread(target=lambda: got.append(ctl(host, "tail", "-f", "1")))
    follow.start()
    wait_until(lambda: len(followers(host)) == 1, "tail follows")
    c.input(b"x\n")
    equal(finish(c), (False, 6, ""), "its end")
    follow.join(20)
    equal(got, ["later\n"], "tail -f")
    ctl(host, "wait", "--end", "1", status=6)


def test_the_end_is_read_late(host):
    """A keeper stays for those who follow its session and have not got all; if it goes early, they say so."""
    uid, gid, groups = host.ids("alice")
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "user": uid, "group": gid,
           "extra_groups": groups, "env": {"HOME": "/home/alice"}}
    for early in (False, True):
        ident = run(host, "read x; seq 1 100000; exit 3")
        pid = host.session()["keeper_pid"]
        tail = subprocess.Popen([CTL, "tail", "-f", "-n", "0", ident], **how)
        record = subprocess.Popen([CTL, "record", ident, "-"], **how)
        wait_until(lambda: len(followers(host)) == 2, "both follow")
        ctl(host, "send", ident, "-e", "x")
        host.wait_none()
        check(host.exists(pid), "the keeper has not waited for tail")
        wait_until(lambda: host.syslog.find("event=end .*status=3"), "the end in the log")
        if early:
            os.kill(pid, signal.SIGTERM)
            host.wait_gone(pid)
        out, err = tail.communicate(timeout=30)
        lines = [x for x in out.split("\n") if x.isdigit()]
        missing = "the end of its output is missing"
        equal(lines, [str(i + 1) for i in range(len(lines))], "tail's lines: whole, and in a row")
        equal((tail.returncode, len(lines) == 100000, missing in err), (early, not early, early),
              "tail's status, whether all lines came, and what it says: %r" % err)
        if early:
            last = int(re.search(r"the last (\d+) bytes", err).group(1))
            # of the line that is torn a part has come
            check(-8 <= last - sum(len(str(i)) + 2 for i in range(len(lines) + 1, 100001)) <= 0,
                  "bytes that are missing behind line %d: %r" % (len(lines), err))
        out, err = record.communicate(timeout=30)
        equal((record.returncode, "100000" in out, missing in err),
              (early, not early, early), "record's status, whether the last line came, and what it says: %r" % err)
        host.wait_gone(pid)


def test_what_ended_makes_room(host):
    """A session that has ended does not count, though a follower that nobody reads keeps its keeper there."""
    template.write("/etc/holdfast/holdfast.conf", "MaxSessions 1\n")
    uid, gid, groups = host.ids("alice")
    ident = run(host, "read x; seq 1 100000; exit 3")
    pid = host.session()["keeper_pid"]
    tail = subprocess.Popen([CTL, "tail", "-f", "-n", "0", ident], stdout=subprocess.PIPE, user=uid, group=gid,
                            extra_groups=groups, env={"HOME": "/home/alice"})
    wait_until(lambda: len(followers(host)) == 1, "it follows")
    ctl(host, "send", ident, "-e", "x")
    host.wait_none()
    check(host.exists(pid), "the keeper has not waited for tail")
    equal(host.login().ask("$HOLDFAST_SESSION"), "1", "the session of the next login")
    check(host.exists(pid), "the keeper has not waited for tail any longer")
    check(tail.communicate(timeout=30)[0].endswith(b"\n99999\n100000\n"), "the last lines of tail")


def test_follows_over_kills_and_upgrades(host):
    """tail -f and wait go on at their byte when the keeper is killed and when it becomes another program."""
    host.login()
    ctl(host, "wait", "1", "--timeout", "20")
    ctl(host, "send", "1", "-e", "stty -echo; PS1=; clear")
    ctl(host, "wait", "1", "--timeout", "20")
    uid, gid, groups = host.ids("alice")
    tail = subprocess.Popen([CTL, "tail", "-f", "-n", "0", "1"], stdout=subprocess.PIPE, text=True, user=uid, group=gid,
                            extra_groups=groups, env={"HOME": "/home/alice"})
    waiting = threading.Thread(target=ctl, args=(host, "wait", "1", "--for", "^line 299$"))
    waiting.start()
    wait_until(lambda: len(followers(host)) >= 2, "both follow")
    another_build(KEEPER)
    ctl(host, "send", "1", "-e", "for i in $(seq 0 299); do echo line $i; sleep 0.01; done")
    # The program prints on, while there is no keeper and the followers look for the next one.
    for _ in range(2):
        pid = host.session()["keeper_pid"]
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: host.session()["keeper_pid"] not in (0, pid), "the next keeper", 20)
        ctl(host, "upgrade", "--force", "1")
    waiting.join(20)
    check(not waiting.is_alive(), "wait has not noticed the last line")
    ctl(host, "send", "1", "-e", "exit")
    out = tail.communicate(timeout=20)[0].split("\n")
    equal(([x for x in out if x.startswith("line")], tail.returncode), (["line %d" % i for i in range(300)], 0),
          "what tail got")


def test_whose(host):
    """Other users' sessions are not to be had; root's requests on them are in the log."""
    host.login()
    ctl(host, "wait", "1", "--timeout", "20")
    for args in (("print", "1"), ("send", "1", "x"), ("tail", "1"), ("wait", "1"), ("peek", "1")):
        ctl(host, *args, user="bob", status=3, err="no session 1")
        ctl(host, args[0], "-u", "alice", *args[1:], user="bob", status=1, err="for root")
    subprocess.run([CTL, "send", "-u", "alice", "-e", "1", "echo from root"], check=True)
    ctl(host, "wait", "1", "--timeout", "20")
    r = subprocess.run([CTL, "print", "-u", "alice", "1"], check=True, stdout=subprocess.PIPE, text=True)
    check("\nfrom root\n" in r.stdout, "root prints %r" % r.stdout)
    uid = str(host.ids("alice")[0])
    for event, what in (("send", "send"), ("peek", "print")):
        want = "event=%s user=alice uid=%s session=1 by-uid=0 by-pid=[0-9]+( by-login-uid=[0-9]+)? what=%s$" % (
            event, uid, what)
        wait_until(lambda: len(host.syslog.find(want)) == 1, "root's %s in the log" % what, 20)
        # The user sees it, too.
        check(re.search(r"%s .*what=%s" % (event, what), ctl(host, "events")), "events: %s" % ctl(host, "events"))


WRONG = (
    (("send",), 2, "no session"), (("send", "1"), 2, "no text"), (("send", "1", "--keys"), 2, "no key"),
    (("send", "1", "--keys", "Entre"), 2, 'no key "Entre"; did you mean "Enter"'),
    (("send", "1", "--keys", "C-F"), 0, None),
    (("send", "1", "--keys", "C-é"), 2, "no bytes stand for it"), (("send", "9", "x"), 3, "no session 9"),
    (("send", "-x", "1", "x"), 2, "no option -x"), (("send", "1", "--enterr", "x"), 2, "no option --enterr"),
    (("print", "9"), 3, "no session 9"),
    (("print", "--ansi", "--html", "1"), 2, "--ansi and --html exclude each other"),
    (("print", "1", "2"), 2, 'unexpected argument "2"'), (("peek", "--html", "1"), 2, "no option --html"),
    (("tail", "-n", "x", "1"), 2, '--lines needs a number of lines'), (("tail", "-f"), 2, "no session"),
    (("wait",), 2, "no session"),
    (("wait", "--end", "--prompt", "1"), 2, "exclude each other"), (("wait", "--timeout", "soon", "1"), 2, '"soon"'),
    (("wait", "--since-start", "1"), 2, "--since-start needs --for"), (("run",), 2, "no command"),
    (("run", "--size", "80", "x"), 2, '--size needs rows'), (("run", "-n", "1x/", "x"), 2, "not a valid name"),
    (("print",), 2, "not in a held shell"),
)


def test_wrong(host):
    host.login()
    for args, status, err in WRONG:
        ctl(host, *args, status=status, err=err)
    for command in ("send", "print", "peek", "tail", "wait", "run"):
        check(re.match(r"usage: holdfastctl %s " % command, ctl(host, command, "--help")), "--help of %s" % command)
