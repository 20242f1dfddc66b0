# SPDX-License-Identifier: MIT
"""Several sessions and none named: the person picks one; and is asked before a live one is touched."""
import os
import re
import signal

from template import write
from term import check, equal, next_millisecond, wait_until

OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]
LIST = r"arrows or number"
HOW = r"t take over, j join"


def three(host):
    """Three sessions: "one" and "two" are dropped, in this order, "live" is attached."""
    terms = {}
    for name in ("one", "two", "live"):
        terms[name] = host.login(options=["-o", "SetEnv=LC_HOLDFAST=%s" % name])
    pids = {name: t.shell_pid() for name, t in terms.items()}
    next_millisecond()
    terms["one"].run("printf 'the last %s of one\\n' line")
    host.drop(terms["one"], 1)
    host.drop(terms["two"], 2)
    return terms["live"], pids


def ids(host):
    return {s["name"]: s["id"] for s in host.sessions()}


def resume(host, **kw):
    t = host.ssh(host="server-resume", **kw)
    t.wait_for(LIST)
    return t


def test_what_it_shows(host):
    live, pids = three(host)
    live.line("sleep 1000")
    wait_until(lambda: host.session(name="live")["program"] == "sleep", "sleep is in front")
    t = resume(host)
    text = t.text()
    for want in (r">\s+1 one +away +\d+s +bash +80x24 +127\.0\.0\.1 +\d+s", r" 2 two +away ",
                 r" 3 live +attached +\d+s +sleep "):
        check(re.search(want, text), "%s is not in %r" % (want, text))
    # of the prompt that came last
    check("PROMPT$" in text, "no preview: %r" % text)
    check(all(len(re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", line)) < 80 for line in text.split("\r\n")), "too wide")
    t.send("q")
    check(t.wait_exit() != 255, "q")


def test_arrows(host):
    live, pids = three(host)
    t = resume(host)
    t.send("\x1b[B")
    t.wait_for(r">\s+2 two")
    t.send("\x1bOB")
    t.wait_for(r">\s+3 live")
    t.send("\x1b[B\x1b[A")
    t.wait_for(r">\s+2 two")
    t.send("\r")
    t.wait_for("resumed session")
    equal(t.shell_pid(), pids["two"], "the shell")
    equal(live.shell_pid(), pids["live"], "the live one")


def test_number(host):
    live, pids = three(host)
    t = resume(host)
    t.send("2")
    t.wait_for(r">\s+2 two")
    t.send("1")
    t.wait_for(r">\s+1 one")
    t.send("\r")
    t.wait_for("resumed session")
    equal(t.shell_pid(), pids["one"], "the shell")


def test_new(host):
    live, pids = three(host)
    t = resume(host)
    t.send("n")
    t.prompt()
    check(t.shell_pid() not in pids.values(), "an old shell")
    equal(len(host.sessions()), 4, "sessions")


def leaves(host, key):
    live, pids = three(host)
    before = host.sessions()
    t = resume(host)
    t.send(key)
    check(t.wait_exit() in (0, 1), "status %s" % t.status)
    check(t.data.endswith(b"\x1b[?25h\x1b[?1049l") or b"\x1b[?1049l" in t.data[-80:], "the screen: %r" % t.data[-80:])
    now = host.sessions()
    for s in before + now:
        s.pop("activity_ms")
        # the clocks of the day and of the host's uptime are never read in the same moment
        for row in s.get("attached", []) + s["expires"]:
            for key in [k for k in row if k.endswith("_ms")]:
                del row[key]
    equal(now, before, "sessions")


def test_ctrl_c_leaves(host):
    leaves(host, "\x03")


def test_escape_leaves(host):
    leaves(host, "\x1b")


def test_q_leaves(host):
    leaves(host, "q")


def test_hang_up(host):
    """The list is on the screen when the line goes: nothing stays behind."""
    three(host)
    t = resume(host)
    pid = host.named("holdfast-resume")[0]
    t.kill()
    host.wait_gone(pid)
    equal(len(host.wait_sessions(2, "dropped")), 2, "dropped")


def test_a_live_one_is_asked_about(host):
    live, pids = three(host)
    t = resume(host)
    t.send("3\r")
    t.wait_for(r"session 3 is attached from 127\.0\.0\.1: " + HOW + r", w watch")
    # back to the list, and again
    t.send("q")
    t.wait_for(LIST)
    t.send("\r")
    t.wait_for(HOW)
    t.send("xj")
    wait_until(lambda: host.session(name="live")["attachments"] == 2, "joined")
    equal(t.shell_pid(), pids["live"], "the shell")
    t.kill()
    t = resume(host)
    t.send("3\r")
    t.wait_for(HOW)
    t.send("w")
    wait_until(lambda: host.session(name="live")["attachments"] == 2, "watching")
    t.line("touch ~/was-typed")
    live.line("printf 'se%s\\n' en")
    t.wait_for("seen")
    check(not os.path.exists("/home/alice/was-typed"), "what the watcher typed")
    t.kill()
    t = resume(host)
    t.send("3\r")
    t.wait_for(HOW)
    t.send("t")
    live.wait_exit()
    equal(t.shell_pid(), pids["live"], "the shell, taken over")
    equal(host.session(name="live")["attachments"], 1, "attachments")


def test_one_session_is_not_asked_about(host):
    t = host.login()
    marked = host.mark(t)
    host.drop(t)
    marked.same(host.ssh(host="server-resume"))


def test_attach_picks(host):
    live, pids = three(host)
    t = host.login(options=OFF)
    t.line("holdfastctl attach")
    t.wait_for(LIST)
    check("n: new" not in t.text(), "attach starts nothing")
    t.send("\x1b[B\r")
    t.wait_for("resumed session")
    equal(t.shell_pid(), pids["two"], "the shell")
    # from inside the one that one is in is not offered
    t.line("holdfastctl attach")
    found = t.wait_for(r"ID +NAME.*?" + LIST).group(0)
    check("two" not in found and "one" in found and "live" in found, found)
    t.send("q")
    equal(t.shell_pid(), pids["two"], "still there")


def test_attach_by_name_asks(host):
    live, pids = three(host)
    t = host.login(options=OFF)
    plain = t.shell_pid()
    t.line("holdfastctl attach live")
    t.wait_for(HOW)
    t.send("q")
    equal(t.shell_pid(), plain, "left")
    t.line("holdfastctl attach live")
    t.wait_for(HOW)
    t.send("j")
    wait_until(lambda: host.session(name="live")["attachments"] == 2, "joined")
    equal(t.shell_pid(), pids["live"], "the shell")


def test_take_over_ask(host):
    """TakeOver ask: a login that names a live session is asked as well."""
    write("/etc/holdfast/holdfast.conf", "TakeOver ask\n")
    work = ["-o", "SetEnv=LC_HOLDFAST=work"]
    t = host.login(options=work)
    marked = host.mark(t)
    t2 = host.ssh(options=work)
    t2.wait_for(HOW)
    t2.send("t")
    t.wait_exit()
    marked.same(t2)
    t3 = host.ssh(options=work)
    t3.wait_for(HOW)
    t3.send("q")
    t3.prompt()
    equal(t3.ask("$HOLDFAST_SESSION"), "", "a normal shell, when left")
    equal(host.session()["attachments"], 1, "attachments")


def test_small_and_resized(host):
    live, pids = three(host)
    t = resume(host, size=(5, 30))
    rows = [line for line in t.text().split("\r\n") if re.search(r"one|two|live", line)]
    equal(len(rows), 1, "rows on a screen of five lines: %r" % rows)
    t.send("\x1b[B")
    t.wait_for(r">\s+2 two")
    t.resize(24, 80)
    t.wait_for(r" 1 one.*>\s+2 two.*3 live")
    t.send("q")
    t.wait_exit()
    # too small for a list: as if there were none
    t = host.ssh(host="server-resume", size=(4, 80))
    t.wait_for("resumed session")
    equal(t.shell_pid(), pids["one"], "the one that was used last")


def test_typed_ahead_is_no_answer(host):
    live, pids = three(host)
    t = host.ssh(host="server-resume")
    t.send("\r\r")
    t.wait_for(LIST)
    equal(len([s for s in host.sessions() if s["state"] == "dropped"]), 2, "dropped")
    t.send("q")
    t.wait_exit()


def test_hostile_sessions(host):
    """What programs print and call themselves does nothing to the list."""
    write("/home/alice/evil.py", "import ctypes,time\nctypes.CDLL(None).prctl(15, b'\\x1b[31m\\x07\\xc2\\x9b')\n"
          "print('\\x1b]0;title\\x07\\x1b[2Jev\\x07il \\x9b31m line', end='', flush=True)\ntime.sleep(1000)\n")
    t = host.login()
    t.line("/usr/bin/python3 evil.py")
    t.wait_for("il ")
    wait_until(lambda: host.session()["program"] not in ("bash", "python3"), "the new name is seen")
    t2 = host.login()
    host.drop(t, 1)
    host.drop(t2, 2)
    t = resume(host)
    check("\x07" not in t.text() and "31m" not in re.sub(r"\\033\[31m|\?31m", "", t.text()), "it prints %r" % t.text())
    os.kill(host.named("holdfast-resume")[0], signal.SIGTERM)
    t.wait_exit()


def test_a_session_that_ends_while_it_is_chosen(host):
    live, pids = three(host)
    t = resume(host)
    host.ctl("alice", "kill", "1")
    t.send("\r")
    t.wait_exit()
    check("no session 1" in t.text()[-300:], "it says %r" % t.text()[-300:])
    equal(len(host.sessions()), 2, "sessions")
