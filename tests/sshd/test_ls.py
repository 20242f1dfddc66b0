# SPDX-License-Identifier: MIT
"""holdfastctl ls: all that are attached, what follows when, stale sessions; and how ps shows the processes."""
import json
import os
import re
import signal
import time

import framed
from framed import Framed
from template import write
from term import check, equal, wait_until
from test_size import join

CONF = "/etc/holdfast/holdfast.conf"
WIRES = {"attached", "expires"}
LONG = WIRES | {"stale", "login_session", "leader_version", "cpu_ms", "cgroup"}


def ls(host, *args, user="alice"):
    r = host.ctl(user, "ls", "--json", *args)
    equal((r.returncode, r.stderr), (0, ""), "ls %s" % (args,))
    return json.loads(r.stdout)["sessions"]


def title(host, pid):
    with open("/proc/%d/cmdline" % pid, "rb") as f:
        return f.read().rstrip(b"\0").decode()


def titles(host, s):
    """Of the keeper, the leader, and the holdfast-login beside a terminal."""
    login = host.named("holdfast-login", "alice")
    return [title(host, pid) for pid in (s["keeper_pid"], host.leader_of(s), *login[:1])]


def test_attached(host):
    """Each attachment, by its keeper and by root's leader; the table's lines; the columns that one wants."""
    before = int(time.time() * 1000)
    a = host.login()
    sid = str(host.session()["id"])
    join(host, (30, 100), "-r")
    c = Framed(host)
    c.attach(framed.JOIN, want=sid, size=(40, 120))
    wait_until(lambda: host.session()["attachments"] == 3, "three attachments")
    a.line("true")
    wait_until(lambda: host.session()["rows"] == 24, "typed")
    (s,) = ls(host)
    equal(WIRES - set(s), set(), "fields")
    equal(s["expires"], [], "what follows")
    check(not {"stale", "cpu_ms"} & set(s), "what takes time is not there without -l")
    rows = [(x["address"], x["rows"], x["cols"], x["read_only"], x["client"], x["fits"], x["stalled"]) for x in s["attached"]]
    equal(rows, [("127.0.0.1", 24, 80, False, False, True, False), ("127.0.0.1", 30, 100, True, False, False, False),
                 ("127.0.0.1", 40, 120, False, True, False, False)], "attached")
    check(all(before - 1000 <= x["since_ms"] <= time.time() * 1000 + 1000 for x in s["attached"]), "since")
    (s,) = ls(host, "-l")
    equal(LONG - set(s), set(), "fields of -l")
    equal(s["stale"], False, "stale")
    equal([x["came_by"] for x in s["attached"]], ["create", "join", "join"], "how they have come")
    check(all(re.fullmatch("publickey SHA256:[A-Za-z0-9+/]{43}", x["who"]) for x in s["attached"]), "keys: %r" % s["attached"])
    text = host.ctl("alice", "ls", "-l").stdout
    check(re.search(r"\n +from 127\.0\.0\.1, 100x30, since \d+s, read-only, publickey SHA256:\S+\n", text), text)
    check(re.search(r"\n +from 127\.0\.0\.1, 120x40, since .*, input \d+s ago, client holdfast, publickey", text), text)
    equal(host.ctl("alice", "ls", "-o", "id,size,state").stdout.split(), ["ID", "SIZE", "STATE", sid, "80x24", "attached(3)"], "-o")
    r = host.ctl("alice", "ls", "-o", "id,nonsense")
    check(r.returncode == 2 and 'no column "nonsense"' in r.stderr and "expires" in r.stderr, r.stderr)
    # its leader hangs: what root would say is missing, after a limited time
    leader = host.leader_of(s)
    os.kill(leader, signal.SIGSTOP)
    (s,) = ls(host, "-l")
    os.kill(leader, signal.SIGCONT)
    check(all("who" not in x for x in s["attached"]) and len(s["attached"]) == 3, "without root's word: %r" % s["attached"])


def test_expires(host):
    write(CONF, "DetachedTimeout 2h\nIdleShellTimeout 1h\nIdleDetach 30m\n")
    t = host.login()
    now = time.time() * 1000
    (s,) = ls(host)
    (x,) = s["expires"]
    equal((x["why"], x["what"]), ("IdleDetach", "detach"), "attached")
    check(abs(x["at_ms"] - now - 1800e3) < 60e3, "when: %r" % x)
    check(re.search(r" 29m \d+s detached  ", host.ctl("alice", "ls", "-l").stdout), host.ctl("alice", "ls", "-l").stdout)
    host.drop(t)
    now = time.time() * 1000
    (s,) = ls(host)
    equal([(x["why"], x["what"]) for x in s["expires"]], [("IdleShellTimeout", "end-if-idle"), ("DetachedTimeout", "end")], "dropped")
    check(all(abs(x["at_ms"] - now - h * 3600e3) < 60e3 for h, x in enumerate(s["expires"], 1)), "when: %r" % s["expires"])
    check(" 59m" in host.ctl("alice", "ls", "-o", "expires").stdout or "if idle" in host.ctl("alice", "ls", "-o", "expires").stdout, "-o")
    equal(s["attached"], [], "attached")


def test_titles(host):
    """What ps shows: the session and the program in front; the names of the processes stay; nothing breaks the line."""
    t = host.login()
    s = host.session()
    wait_until(lambda: titles(host, s) == ["holdfast: alice 1 (bash)", "holdfast: alice 1 [leader]", "holdfast: alice 1 [login]"],
               "the titles: %r" % titles(host, s))
    equal([len(host.named(n)) for n in ("holdfast-keeper", "holdfast-login")], [1, 1], "the names of the processes")
    t.line("cat")
    wait_until(lambda: host.session()["program"] == "cat", "cat runs")
    t.line("x")
    wait_until(lambda: titles(host, s)[0] == "holdfast: alice 1 (cat)", "cat is in front")
    t.send(b"\x04")
    wait_until(lambda: titles(host, s)[0] == "holdfast: alice 1 (bash)", "the shell again")
    write("/home/alice/evil.py", "import ctypes,time\nctypes.CDLL(None).prctl(15, b'\\x1b[31m)\\n\\xc3\\xa9')\n"
          "print('rea'+'dy',flush=True)\nprint(input())\ntime.sleep(1000)\n")
    t.line("/usr/bin/python3 evil.py")
    t.wait_for("ready\r\n")
    t.line("go")
    wait_until(lambda: titles(host, s)[0] == r"holdfast: alice 1 (\033[31m)\012\303\251)", "a hostile name: " + repr(titles(host, s)[0]))
    equal(host.ctl("alice", "upgrade", "--force", "1").returncode, 0, "upgrade")
    t.line("more")
    wait_until(lambda: titles(host, s)[0].startswith(r"holdfast: alice 1 (\033[31m)"), "after an upgrade")
    old = s["keeper_pid"]
    os.kill(old, signal.SIGKILL)
    s = wait_until(lambda: [x for x in host.sessions() if x["keeper_pid"] not in (0, old) and x["state"] == "attached"], "another keeper")[0]
    wait_until(lambda: titles(host, s)[0].startswith("holdfast: alice 1"), "the next keeper")
