# SPDX-License-Identifier: MIT
"""holdfastctl record and export: recordings that asciinema plays, judged by a terminal that is not ours."""
import json
import os
import shutil
import signal
import subprocess

import screens
from replay import settle
from template import write
from term import Failed, Term, check, equal, wait_until

CTL = "/usr/bin/holdfastctl"
CAST = "/home/alice/work.cast"
# What a screen can hold that lines alone do not: colours, wide characters, modes, a title, the other screen.
SHOW = r"""printf '\033[1;31mred\033[0m \344\270\255\346\226\207 e\314\201 \360\237\220\247\n\033]2;a title\a\033[?2004h'"""
LESS = r"""printf '\033[?1049h\033[2J\033[5;10H\033[44mon the other screen\033[0m\033[3;20r'"""


class Played:
    """A recording as a terminal gets it: what asciinema prints, with the sizes of the recording's own events."""

    def __init__(self, host, path, user="alice"):
        if not shutil.which("asciinema"):
            screens.missing("asciinema")
        with open(path, encoding="utf-8") as f:
            lines = f.read().split("\n")
        equal(lines.pop(), "", "what is behind the last newline")
        self.head, self.events = json.loads(lines[0]), [json.loads(line) for line in lines[1:]]
        self.times = [e[0] for e in self.events]
        equal(self.times, sorted(self.times), "times that go back")
        self.data, self.sizes = bytearray(), [(0, self.head["height"], self.head["width"])]
        for _, kind, text in self.events:
            if kind == "r":
                cols, rows = map(int, text.split("x"))
                self.sizes.append((len(self.data), rows, cols))
            else:
                equal(kind, "o", "kind of event")
                self.data += text.encode()
        # It wants a terminal, which it makes raw.
        t = Term(["asciinema", "cat", path], env={"HOME": "/home/" + user}, ids=host.ids(user), log=host.log)
        equal(t.wait_exit(), 0, "status of asciinema: %r" % t.text()[-300:])
        equal(bytes(t.data), bytes(self.data), "what asciinema prints")
        self.size = self.sizes[-1][1:]

    def at(self, text):
        """When TEXT was printed."""
        for when, kind, what in self.events:
            if kind == "o" and text in what:
                return when
        raise Failed("no event with %r" % text)


def same(judge, t, played, parts=("rows", "main", "state")):
    """The recording ends with what T shows."""
    settle(t)
    wanted, found = (screens.without_links(judge.show(x)) for x in (t, played))
    check(not screens.unlike(wanted, found, parts), "the screen: " + screens.unlike(wanted, found, parts))


def lines(path):
    with open(path, "rb") as f:
        return f.read().count(b"\n")


class Recorder:
    """holdfastctl record, as alice, beside the session."""

    def __init__(self, host, *args, ctl=CTL):
        uid, gid, groups = host.ids("alice")
        self.p = subprocess.Popen([ctl, "record", *args], user=uid, group=gid, extra_groups=groups, cwd="/home/alice",
                                  env={"PATH": "/usr/bin:/bin", "HOME": "/home/alice"}, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def wait_for(self, text, path=CAST):
        def probe():
            check(self.p.poll() is None, "record has ended: %r" % (self.p.poll() is not None and self.p.stderr.read()))
            try:
                with open(path, encoding="utf-8") as f:
                    return text in f.read()
            except FileNotFoundError:
                return False
        wait_until(probe, "%r in the recording" % text)

    def stop(self, sig=signal.SIGINT):
        self.p.send_signal(sig)
        return self.end()

    def end(self):
        err = self.p.communicate(timeout=20)[1]
        equal(self.p.returncode, 0, "status of record: %r" % err)
        return err


def test_record(host):
    """From the middle of a session on, over a resize and the death of its keeper; gone on with; to the session's end."""
    judge = screens.Judge(host.log)
    t = host.login()
    t.run(SHOW)
    s = host.session()
    r = Recorder(host, str(s["id"]), CAST)
    r.wait_for(', "o", ')
    equal(os.stat(CAST).st_mode & 0o777, 0o600, "mode")
    t.run("seq 30; printf 'fir%s\\n' st")
    r.wait_for("first")
    t.resize(30, 100)
    wait_until(lambda: host.session()["cols"] == 100, "the size")
    t.run("printf 'sec%s\\n' ond")
    r.wait_for("second")
    os.kill(s["keeper_pid"], signal.SIGKILL)
    wait_until(lambda: host.session()["keeper_pid"] != s["keeper_pid"], "the next keeper")
    t.run("printf 'thi%s\\n' rd; " + LESS)
    r.wait_for("other screen")
    check("stopped" in r.stop(), "last words")
    played = Played(host, CAST)
    equal((played.head["version"], played.head["env"]["TERM"]), (2, "xterm-256color"), "header")
    equal([size[1:] for size in played.sizes], [(24, 80), (30, 100)], "sizes")
    same(judge, t, played)

    r = Recorder(host, "--append", str(s["id"]), CAST)
    wait_until(lambda: lines(CAST) > 1 + len(played.events), "more events")
    t.run(r"printf '\033[r\033[?1049l'; echo app''ended")
    r.wait_for("appended")
    r.stop(signal.SIGTERM)
    more = Played(host, CAST)
    check(more.at("appended") >= played.times[-1], "times go on")
    same(judge, t, more)

    r = Recorder(host, "--append", str(s["id"]), CAST)
    wait_until(lambda: lines(CAST) > 1 + len(more.events), "more events")
    t.line("exit 3")
    check("has ended" in r.end(), "last words")
    check(b"exit 3\r\n" in Played(host, CAST).data[-200:], "the end")
    judge.close()


def test_record_killed_and_flooded(host):
    """Killed at any moment, a recorder leaves a whole recording; one that is too slow goes on with the screen."""
    write("/etc/holdfast/holdfast.conf", "RingSize 64K\n")
    judge = screens.Judge(host.log)
    t = host.login()
    ident = str(host.session()["id"])
    r = Recorder(host, ident, CAST)
    r.wait_for(', "o", ')
    t.line("seq 1 5000; echo flo''oded")
    r.wait_for("1000\\u000d")
    r.p.kill()
    r.p.communicate()
    Played(host, CAST)
    t.wait_for("flooded\r\n")
    os.unlink(CAST)
    r = Recorder(host, ident, CAST)
    r.wait_for(', "o", ')
    r.p.send_signal(signal.SIGSTOP)
    t.line("head -c 500000 /dev/zero | tr '\\0' x; echo; echo do''ne")
    t.wait_for("done\r\n", timeout=60)
    r.p.send_signal(signal.SIGCONT)
    r.wait_for("done")
    err = r.stop()
    check("faster than" in err, "what is missing is said: %r" % err)
    same(judge, t, Played(host, CAST))
    judge.close()


def test_export(host):
    """All output since the session's begin, at the times and sizes at which it came, over the death of a keeper."""
    judge = screens.Judge(host.log)
    t = host.login()
    s = host.session()
    t.run("echo ear''ly; sleep 0.7; echo la''te")
    t.resize(30, 100)
    wait_until(lambda: host.session()["cols"] == 100, "the size")
    t.run(SHOW)
    equal(host.ctl("alice", "upgrade", "-f", str(s["id"])).returncode, 0, "upgrade")
    os.kill(s["keeper_pid"], signal.SIGKILL)
    wait_until(lambda: host.session()["keeper_pid"] != s["keeper_pid"], "the next keeper")
    t.run("sleep 0.3; " + LESS)
    settle(t)
    for _ in range(2):
        r = host.ctl("alice", "export", "--overwrite", str(s["id"]), CAST)
        equal((r.returncode, r.stderr), (0, ""), "export")
    played = Played(host, CAST)
    equal([size[1:] for size in played.sizes], [(24, 80), (30, 100)], "sizes")
    apart = played.at("late") - played.at("early")
    check(0.55 <= apart < 30, "%.3f seconds between two lines" % apart)
    check(played.at("\x1b[44mon the") - played.at("\x1b[1;31mred") >= 0.2, "a pause after the keeper's death")
    same(judge, t, played)
    with open("/home/alice/out.cast", "wb") as f:
        r = host.as_user("alice", [CTL, "export", s["name"] or str(s["id"])], stdout=f)
    with open("/home/alice/out.cast", "rb") as f, open(CAST, "rb") as g:
        equal(f.read(), g.read(), "to standard output")
    # Root's look at it is in the log.
    r = host.ctl("root", "export", "-u", "alice", str(s["id"]), "/root/alice.cast")
    equal(r.returncode, 0, "export by root: %r" % r.stderr)
    wait_until(lambda: host.syslog.find(r"event=peek user=alice .*what=export"), "the event")
    judge.close()


def test_export_of_much(host):
    """More than the session keeps: the recording ends with the screen and all lines above it."""
    write("/etc/holdfast/holdfast.conf", "RingSize 64K\n")
    judge = screens.Judge(host.log)
    t = host.login()
    t.run("seq 1 14000; " + SHOW)
    settle(t)
    r = host.ctl("alice", "export", str(host.session()["id"]), CAST)
    equal((r.returncode, r.stderr), (0, ""), "export")
    played = Played(host, CAST)
    check(len(played.data) > 65536 - 4096, "%d bytes" % len(played.data))
    check(played.data[:200].decode().split("\r\n")[1].isdigit(), "begins with a whole line: %r" % played.data[:60])
    same(judge, t, played)
    seen, found = judge.show(t)["above"], judge.show(played)["above"]
    equal(found[-500:], seen[-500:], "the lines above the screen")
    judge.close()


def test_wrong(host):
    """What is asked for wrongly: the message says what is wrong, and nothing is changed."""
    t = host.login()
    ident = str(host.session()["id"])
    uid = host.ids("alice")[:2]
    write("/home/alice/old", "notes\n", 0o644, uid)
    write("/home/alice/empty", "", 0o600, uid)
    os.mkdir("/home/alice/dir")
    before = sorted(os.listdir("/home/alice"))
    for args, status, said in (
            (["record"], 2, "no session; expected its id or its name"),
            (["record", ident], 2, "no file; expected its path, or - for standard output"),
            (["record", ident, "a", "b"], 2, 'unexpected argument "b"'),
            (["record", "--nonsense", ident, "a"], 2, "--nonsense"),
            (["record", "--append", "--overwrite", ident, "a"], 2, "do not go together"),
            (["record", "777", "a"], 3, "no session 777"),
            (["record", "nobody", "a"], 3, "no session nobody"),
            (["record", ident, "old"], 1, "old exists; --overwrite"),
            (["record", "--append", ident, "old"], 1, "old is not a recording"),
            (["record", ident, "missing/a"], 1, "cannot write missing/a: No such file"),
            (["record", ident, "/etc/a"], 1, "cannot write /etc/a: Permission denied"),
            (["record", "--overwrite", ident, "dir"], 1, "cannot write dir: Is a directory"),
            (["record", "-u", "root", ident, "a"], 1, "for root"),
            (["export"], 2, "no session; expected its id or its name"),
            (["export", ident, "a", "b"], 2, 'unexpected argument "b"'),
            (["export", "777"], 3, "no session 777"),
            (["export", ident, "old"], 1, "old exists; --overwrite"),
            (["export", ident, "/dev/full"], 1, "/dev/full exists"),
            (["export", "--overwrite", ident, "/dev/full"], 1, "cannot write /dev/full: No space left"),
            (["record", "--overwrite", ident, "/dev/full"], 1, "cannot write /dev/full: No space left")):
        r = host.ctl("alice", *args, cwd="/home/alice")
        check(said in r.stderr, "%s says %r" % (args, r.stderr))
        equal(r.returncode, status, "status of %s: %r" % (args, r.stderr))
        equal(r.stdout, "", "output of %s" % args)
    equal(sorted(os.listdir("/home/alice")), before, "files")
    with open("/home/alice/old", encoding="ascii") as f:
        equal(f.read(), "notes\n", "the file that is no recording")
    equal(t.run("holdfastctl export %s >>old" % ident), 0, "behind what is in a file")
    with open("/home/alice/old", encoding="ascii") as f:
        equal(f.read(8), "notes\n{\"", "what was in the file")
    r = host.ctl("alice", "export", "--overwrite", ident, "old", cwd="/home/alice")
    equal((r.returncode, os.stat("/home/alice/old").st_mode & 0o777), (0, 0o600), "export --overwrite %r" % r.stderr)
    os.chmod("/home/alice/old", 0o644)
    write("/home/alice/roots", "", 0o666)
    for args in ["record", "--append"], ["record", "--overwrite"], ["export", "--overwrite"]:
        r = host.ctl("alice", *args, ident, "roots", cwd="/home/alice")
        check("belongs to another user" in r.stderr and r.returncode == 1, "%s: %r" % (args, r.stderr))
    t.line("holdfastctl export %s" % ident)
    t.wait_for("a recording is not for a terminal; name a file")
    t.prompt()
    equal(t.run("holdfastctl export %s | head -c 10 >/dev/null" % ident), 0, "a reader that goes")
