# SPDX-License-Identifier: MIT
"""What ended a session: the record, the log, what the attached person and the next login are told, holdfastctl last."""
import os
import re
import signal
import stat
import subprocess

from term import check, equal, wait_until
from test_audit import audit, like

ENDS = "/var/lib/holdfast/ends"
RUNNING = "/var/lib/holdfast/running"


def records(host, user="alice"):
    """The user's records as root finds them: one dict each."""
    try:
        with open("%s/%d" % (ENDS, host.ids(user)[0])) as f:
            return [dict(word.split("=", 1) for word in line.split()) for line in f]
    except FileNotFoundError:
        return []


def record(host, count=1, user="alice"):
    return wait_until(lambda: len(records(host, user)) == count and records(host, user)[-1],
                      "%d records: %s" % (count, records(host, user)), 20)


def has(r, **want):
    want = {k.replace("_", "-") if k.startswith("by_") else k: v for k, v in want.items()}
    equal({k: r.get(k) for k in want}, want, "the record %s" % r)


def test_records(host):
    """An exit, a signal, root's kill, SIGTERM to the keeper, a kill of the keeper: each with its cause and its actor."""
    t = host.login()
    unique = audit(host, "create")["unique"]
    check(re.fullmatch(r"[0-9a-f]{16}", unique), "the session's unique id: %s" % unique)
    wait_until(lambda: len(os.listdir(RUNNING)) == 1, "the record of the session that runs")
    t.line("echo last words; exit 3")
    t.wait_exit()
    r = record(host)
    has(r, why="exit", by="shell", status="3", session="1", user="alice", unique=unique, attached="yes")
    equal(audit(host, "end")["unique"], unique, "the unique id in the log")
    equal(os.listdir(RUNNING), [], "records of sessions that run")
    t = host.login()
    t.line("kill -KILL $$")
    t.wait_exit()
    has(record(host, 2), why="signal", by="unknown", status="signal:9")
    t = host.login()
    subprocess.run(["/usr/bin/holdfastctl", "kill", "-u", "alice", "1"], check=True)
    has(record(host, 3), why="kill", by="process", by_program="holdfastctl", signal="1")
    like(host, audit(host, "end", 3), why="kill", **{"by-uid": "0", "by-program": "holdfastctl"})
    t = host.login()
    pid = host.session()["keeper_pid"]
    subprocess.run(["/bin/kill", "-TERM", str(pid)], check=True)
    has(record(host, 4), why="kill", by="process", signal="15", **{"said-by-keeper": "yes"})
    for path in (ENDS, RUNNING):
        st = os.stat(path)
        equal((st.st_uid, stat.S_IMODE(st.st_mode)), (0, 0o700), path)
    st = os.stat("%s/%d" % (ENDS, host.ids("alice")[0]))
    equal((st.st_uid, stat.S_IMODE(st.st_mode)), (0, 0o600), "alice's records")


def test_leader_killed(host):
    """A leader that was killed says nothing: holdfastd finds the record of its session."""
    t = host.login()
    s = host.session()
    os.kill(host.leader_of(s), signal.SIGKILL)
    host.ctl("alice", "kill", "-s", "KILL", "1")
    t.wait_exit()
    os.kill(host.holdfastd.pid, signal.SIGHUP)
    has(record(host), why="killed", by="unknown", session="1")
    check("seen_ms" in records(host)[0], "when it was seen last")
    equal(os.listdir(RUNNING), [], "records of sessions that run")
    check(audit(host, "lost")["why"] == "killed", "the audit line")


def test_without_a_place(host):
    """No record can be written: sessions start and end as ever, and the log has the audit line."""
    subprocess.run(["rm", "-rf", "/var/lib/holdfast"], check=True)
    with open("/var/lib/holdfast", "w"):
        pass
    t = host.login()
    t.line("exit 4")
    t.wait_exit()
    like(host, audit(host, "end"), status="4", why="exit")
