# SPDX-License-Identifier: MIT
"""Administration: what root sees and does of all users' sessions, and what users do of theirs."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

from host import RUN, by_request
from template import write
from term import check, equal, wait_until

OWN_FIRST_ID = 10001
ATTACH_MSG_KILL, ATTACH_MSG_DONE = 7, 71  # common/messages/attach.h
OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]


def root(host, *args, **kw):
    return host.ctl("root", *args, **kw)


def everybody(host, *args):
    r = root(host, "ls", "--all", "--json", *args)
    equal(r.returncode, 0, "status of ls --all (%r)" % r.stderr)
    return json.loads(r.stdout)


def test_ls_all(host):
    a, b = host.login("alice"), host.login("bob")
    got = everybody(host)
    equal([(s["user"], s["state"], s["address"]) for s in got["sessions"]],
          [("alice", "attached", "127.0.0.1"), ("bob", "attached", "127.0.0.1")], "sessions")
    equal((got["silent"], got["hidden"]), (0, 0), "silent and hidden")
    text = root(host, "ls", "-a").stdout
    check(re.search(r"^USER +ID +NAME", text) and re.search(r"^bob +1 ", text, re.M), text)
    equal(host.ctl("alice", "ls", "--all").returncode, 1, "status of ls --all of a user")
    equal(host.ctl("alice", "ls", "-u", "bob").returncode, 1, "status of ls -u of another user")
    check(len(json.loads(root(host, "ls", "-u", "bob", "--json").stdout)["sessions"]) == 1, "ls -u bob")
    check(a.alive() and b.alive(), "they are logged in")


def test_hidden_sessions_are_counted(host):
    """A leader whose session can't be found: somebody has taken its directory away, and it is stopped."""
    t = host.login("alice")
    leader = host.leader_of(host.session())
    os.kill(leader, signal.SIGSTOP)
    shutil.rmtree("/run/holdfast/sessions/%d" % host.ids("alice")[0])
    got = everybody(host)
    equal((got["sessions"], got["hidden"]), ([], 1), "sessions, hidden")
    check("1 more is held" in root(host, "ls", "-a").stderr, "ls -a does not say so")
    os.kill(leader, signal.SIGCONT)
    wait_until(lambda: everybody(host)["hidden"] == 0, "it can be found again")
    check(t.alive(), "alice is logged in")


def stopped(host, user="alice", name=None):
    """A session whose keeper is stopped: its terminal, its description, its shell's pid."""
    t = host.login(user, options=["-o", "SetEnv=LC_HOLDFAST=" + name] if name else ())
    pid = t.shell_pid()
    s = [s for s in host.sessions(user) if s["shell_pid"] == pid][0]
    os.kill(s["keeper_pid"], signal.SIGSTOP)
    return t, s, pid


def test_a_silent_session_is_listed(host):
    t, s, pid = stopped(host, name="work")
    other = host.login("bob")
    got = everybody(host)
    equal([(x["user"], x["id"], x["name"], x["state"]) for x in got["sessions"]],
          [("alice", s["id"], "work", "silent"), ("bob", 1, "", "attached")], "sessions")
    equal((got["silent"], got["hidden"]), (1, 0), "silent, hidden")
    r = root(host, "ls", "-a")
    check("1 session does not answer; holdfastctl kill -s KILL ends it" in r.stderr, r.stderr)
    check("cannot be found" not in r.stderr, r.stderr)
    check(re.search(r"^alice +%d +work +silent " % s["id"], r.stdout, re.M), r.stdout)
    check(other.alive(), "bob is logged in")
    os.kill(s["keeper_pid"], signal.SIGCONT)
    equal(t.run("true"), 0, "the session goes on")


def test_what_nobody_says_of_a_session_is_a_dash(host):
    """Its leader is stopped too: since when it lives is not known, and no number is made up for that."""
    t, s, pid = stopped(host, name="work")
    check(re.search(r"^alice +1 +work +silent +\d+s +- +- +- +-$", root(host, "ls", "-a").stdout, re.M), "its leader answers")
    leader = host.leader_of(s)
    os.kill(leader, signal.SIGSTOP)
    text = root(host, "ls", "-a").stdout
    os.kill(leader, signal.SIGCONT)
    os.kill(s["keeper_pid"], signal.SIGCONT)
    check(re.search(r"^alice +1 +- +silent +- +- +- +- +-$", text, re.M), text)
    equal(t.run("true"), 0, "the session goes on")


def test_no_second_session_of_a_name(host):
    """The first one's keeper does not answer: the login says so, and gets a plain shell."""
    t, s, pid = stopped(host, name="work")
    t2 = host.login(options=["-o", "SetEnv=LC_HOLDFAST=work"])
    equal(t2.ask("$HOLDFAST_SESSION"), "", "the second login's session")
    check("session work does not answer" in t2.text(), t2.text())
    check(host.login(options=["-o", "SetEnv=LC_HOLDFAST=other"]).ask("$HOLDFAST_SESSION"), "another name is free")
    os.kill(s["keeper_pid"], signal.SIGCONT)
    t3 = host.ssh(options=["-o", "SetEnv=LC_HOLDFAST=work"])
    equal(t3.shell_pid(), pid, "the shell, once the keeper answers")


def test_root_ends_a_silent_session(host):
    t, s, pid = stopped(host, name="work")
    r = root(host, "kill", "-s", "USR1", "-u", "alice", "work")
    check(r.returncode == 1 and "does not answer; -s KILL ends it" in r.stderr, "kill -s USR1: %r" % r)
    r = root(host, "kill", "-s", "KILL", "-u", "alice", "work")
    equal((r.returncode, r.stderr), (0, ""), "kill -s KILL")
    host.wait_gone(s["keeper_pid"], "the keeper")
    host.wait_gone(pid, "the shell")
    host.wait_none()
    equal((everybody(host)["silent"], everybody(host)["hidden"]), (0, 0), "silent, hidden")


def test_a_silent_session_is_ended_without_a_word_of_force(host):
    """A plain kill asks first; who gives no answer has had his time."""
    for run in (lambda *a: root(host, *a), lambda *a: host.ctl("alice", *a)):
        t, s, pid = stopped(host)
        r = run("kill", "-u", "alice", str(s["id"]))
        check(r.returncode == 0 and "was ended by force" in r.stderr, "kill: %r" % r)
        host.wait_gone(s["keeper_pid"], "the keeper")
        host.wait_gone(pid, "the shell")
        host.wait_none()


def test_a_user_ends_his_silent_session(host):
    t, s, pid = stopped(host)
    r = host.ctl("alice", "kill", "-s", "KILL", str(s["id"]))
    equal((r.returncode, r.stderr), (0, ""), "kill -s KILL")
    host.wait_gone(s["keeper_pid"], "the keeper")
    host.wait_gone(pid, "the shell")
    host.wait_none()


def test_a_shell_that_minds_nothing(host):
    """A stopped keeper, a shell that ignores the hang-up, and a job in a session of its own."""
    t = host.login()
    t.run("trap '' HUP TERM; setsid sh -c 'trap \"\" HUP; echo $$ >~/job; exec sleep 1000' & true")
    pid = t.shell_pid()
    s = host.session()
    wait_until(lambda: os.path.exists("/home/alice/job") and open("/home/alice/job").read(), "the job runs")
    os.kill(s["keeper_pid"], signal.SIGSTOP)
    equal(root(host, "kill", "-s", "KILL", "-u", str(host.ids("alice")[0]), str(s["id"])).returncode, 0, "kill")
    host.wait_gone(pid, "the shell")
    host.wait_none()


def test_all_are_asked_at_once(host):
    """Four that are stopped cost no more than one, and nobody else anything."""
    for user in ("alice", "bob", "chris", "dan"):
        stopped(host, user)
    good = host.login("alice", options=["-o", "SetEnv=LC_HOLDFAST=new"])
    start = time.monotonic()
    equal(len(everybody(host)["sessions"]), 5, "sessions")
    listed = time.monotonic() - start
    start = time.monotonic()
    r = root(host, "message", "--all", "--json", "hello")
    equal((r.returncode, json.loads(r.stdout)), (1, {"schema": 1, "told": 1, "failed": 4}), "message")
    good.wait_for("message from root. hello")
    print("four stopped keepers: listed in %.1f s, told in %.1f s" % (listed, time.monotonic() - start))
    start = time.monotonic()
    r = root(host, "kill", "--all")
    check(r.returncode == 1 and "not ended: 4; -s KILL also ends sessions that do not answer" in r.stderr, r.stderr)
    r = root(host, "kill", "--all", "-s", "KILL")
    equal((r.returncode, r.stdout, r.stderr), (0, "ended 4 sessions\n", ""), "kill -s KILL --all")
    print("ended in %.1f s" % (time.monotonic() - start))
    for user in ("alice", "bob", "chris", "dan"):
        host.wait_none(user)
    equal((everybody(host)["silent"], everybody(host)["hidden"]), (0, 0), "silent, hidden, at once after that")


def test_a_user_who_is_gone(host):
    """-u takes a number."""
    t = host.login("chris")
    uid = host.ids("chris")[0]
    subprocess.run(["userdel", "-f", "chris"], check=False)
    r = json.loads(root(host, "ls", "-u", str(uid), "--json").stdout)
    equal([s["user"] for s in r["sessions"]], [str(uid)], "whose sessions")
    equal(root(host, "kill", "-u", str(uid), "-s", "KILL", str(r["sessions"][0]["id"])).returncode, 0, "kill")
    equal(root(host, "ls", "-u", "nobody-of-that-name").returncode, 2, "no such user")
    equal(root(host, "ls", "-u", "12x").returncode, 2, "no number")
    equal(host.ctl("alice", "ls", "-u", str(uid)).returncode, 1, "a user's look")
    check(t, "a terminal")


def test_root_enters_no_home_unasked(host):
    """What a user holds without root lies in the home directory, which can hang or lead elsewhere."""
    uid, gid = host.ids("alice")[:2]
    own = "/home/alice/.local/state/holdfast/%s/%d/%d" % (socket.gethostname(), uid, OWN_FIRST_ID)
    host.login("alice")
    os.makedirs(own)
    subprocess.run(["chown", "-R", "%d:%d" % (uid, gid), "/home/alice/.local"], check=True)
    os.chmod(os.path.dirname(own), 0o700)
    os.seteuid(uid)
    try:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.bind(own + "/sock")
        listener.listen()
        listener.setblocking(False)
    finally:
        os.seteuid(0)
    for args, looked in ((("-a",), False), (("-u", "alice"), False), (("-u", "alice", "--own"), True), (("-a", "--own"), True)):
        equal(root(host, "ls", *args).returncode, 0, "ls %s" % (args,))
        try:
            listener.accept()[0].close()
            found = True
        except BlockingIOError:
            found = False
        equal(found, looked, "whether ls %s looks into a home" % (args,))


def test_usage(host):
    t = host.login()
    t.run("sleep 1000 & sleep 1000 & true")
    t.run("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done")
    s = json.loads(host.ctl("alice", "ls", "-l", "--json").stdout)["sessions"][0]
    equal(s["cgroup"], "", "its cgroup")
    # keeper, shell and two jobs; a painter may be there
    check(4 <= s["processes"] <= 5, "processes: %d" % s["processes"])
    check(s["cpu_ms"] >= 50, "processor time: %d ms" % s["cpu_ms"])
    check(1 << 20 < s["memory_bytes"] < 1 << 30, "memory: %d" % s["memory_bytes"])
    text = host.ctl("alice", "ls", "--long").stdout
    check(re.search(r"CPU +MEMORY +PROCS ", text) and re.search(r"\d\.\d\ds +\d+K +[45] ", text), text)


def test_output_while_away(host):
    t = host.login()
    t.line("cat >/dev/null; seq 10000; sleep 1000")
    wait_until(lambda: host.session()["program"] == "cat", "cat is in front")
    host.drop(t)
    check(re.search(r"OUTPUT\n.* dropped .* 127\.0\.0\.1 +0\n", host.ctl("alice", "ls").stdout), "nothing printed yet")
    pid = [p["pid"] for p in host.processes() if p["cmd"] == "cat"][0]
    os.kill(pid, 15)
    wait_until(lambda: host.session()["away_bytes"] > 48000, "the output")
    check(re.search(r" 127\.0\.0\.1 +\d\dK\n", host.ctl("alice", "ls").stdout), host.ctl("alice", "ls").stdout)


def older_than(host, who, *args):
    r = host.ctl(who, "kill", "--older-than", *args, "--json")
    equal(r.returncode, 0, "status of kill --older-than (%r)" % r.stderr)
    return json.loads(r.stdout)


def test_kill_older_than(host):
    a, b = host.login("alice"), host.login("bob")
    c = host.login("alice")
    host.drop(a, 1)
    host.drop(b, 1, "bob")
    equal(older_than(host, "root", "1h", "--all"), {"schema": 1, "ended": 0, "left": 3, "failed": 0}, "older than an hour")
    equal(older_than(host, "alice", "0"), {"schema": 1, "ended": 1, "left": 1, "failed": 0}, "alice's dropped ones")
    equal(c.run("true"), 0, "alice's other session, which is attached")
    equal(older_than(host, "root", "0", "--all"), {"schema": 1, "ended": 1, "left": 1, "failed": 0}, "bob's")
    equal(len(everybody(host)["sessions"]), 1, "sessions")
    host.login("bob")
    r = root(host, "kill", "--all", "--user", "bob", "--json")
    equal(json.loads(r.stdout), {"schema": 1, "ended": 1, "left": 0, "failed": 0}, "all of bob's: not alice's")
    equal(c.run("true"), 0, "alice's session")
    equal(host.ctl("alice", "kill", "--older-than", "soon").returncode, 2, "status of no time")
    equal(host.ctl("alice", "kill", "--older-than", "1d", "3").returncode, 2, "status of both")
    wait_until(lambda: len(host.syslog.find(r"event=end .*why=kill")) == 3, "the audit lines")


def test_kill_all(host):
    a, b = host.login("alice"), host.login("bob")
    a2 = host.login("alice")
    equal(a2.run("holdfastctl kill --all"), 0, "status of kill --all, from inside of one")
    a.wait_exit()
    equal(b.run("true"), 0, "bob's")
    r = root(host, "kill", "-a")
    equal((r.returncode, r.stdout), (0, "ended 2 sessions\n"), "root's kill --all")
    a2.wait_exit()
    b.wait_exit()


def test_root_on_one(host):
    t = host.login("alice")
    number = str(host.session()["id"])
    equal(root(host, "detach", "-u", "alice", number).returncode, 0, "detach")
    t.wait_exit()
    host.wait_sessions(1, "dropped")
    equal(root(host, "kill", "-u", "alice", number).returncode, 0, "kill")
    host.wait_none()
    equal(host.ctl("bob", "kill", "-u", "alice", number).returncode, 1, "status of bob's kill")


def test_another_signal_ends_nothing(host):
    t = host.login()
    t.run("trap 'echo got''usr1' USR1")
    pid = t.shell_pid()
    equal(host.ctl("alice", "kill", "-s", "USR1", str(host.session()["id"])).returncode, 0, "kill -s USR1")
    t.line("")
    t.wait_for("gotusr1")
    start = time.monotonic()
    wait_until(lambda: time.monotonic() > start + 6, "longer than a keeper waits")
    equal(t.shell_pid(), pid, "the shell")


def test_drain(host):
    t = host.login()
    marked = host.mark(t)
    equal(host.ctl("alice", "drain").returncode, 1, "status of a user's drain")
    r = root(host, "drain")
    check(r.returncode == 0 and re.fullmatch("draining: no new sessions\n1 session is held, 1 attached:\n"
                                            r"  alice 1 from 127\.0\.0\.1, 80x24, since \d+s, input \d+s ago\n", r.stdout),
          "drain says %r" % r.stdout)
    r = root(host, "drain", "--tell", "back at \x1b[31mfive")
    check(r.stdout.endswith("written to 1 session\n"), "drain --tell says %r" % r.stdout)
    t.wait_for(r"root.*back at .*five")
    check(b"\x1b[31mfive" not in bytes(t.data), "a sequence is sent to a terminal")
    r = root(host, "drain", "--removal")
    check("1 session is held (alice: 1 (1 attached))" in r.stdout and "kill --all" in r.stdout, "drain --removal: %r" % r.stdout)
    for args in (("--tell", "x", "--off"), ("--removal", "--json"), ("--tell=",), ("--off", "--status")):
        equal(root(host, "drain", *args).returncode, 2, "drain %s" % (args,))
    t2 = host.login("bob")
    equal(t2.ask("$HOLDFAST_SESSION"), "", "bob's new shell")
    check(t2.text().count("no new sessions on this host now (maintenance)") == 1, "it says %r" % t2.text()[:300])
    wait_until(lambda: host.syslog.find(r'event=refuse user=bob .*address=127.0.0.1 .*why=drain'), "the audit line")
    host.drop(t)
    marked.same(host.ssh())
    equal(json.loads(host.ctl("alice", "drain", "--status", "--json").stdout), {"schema": 1, "draining": True}, "status")
    equal(root(host, "drain", "--off").stdout, "not draining\n", "drain --off")
    equal(root(host, "drain", "--off").returncode, 0, "twice")
    check("attached" in root(host, "drain", "--status", "--json").stdout and root(host, "drain", "--status").stdout ==
          "not draining\n", "status")
    check(host.login("bob").ask("$HOLDFAST_SESSION") != "", "bob's shell after that")
    line = host.syslog.find(r"event=drain")[0].split("event=")[1]
    check(re.fullmatch(r"drain by-uid=0 by-pid=\d+( by-login-uid=\d+)? state=on", line), "the log: " + line)


def test_message(host):
    """On the screens of all, at once or later; and nothing in it draws."""
    a, b = host.login("alice"), host.login("bob")
    c = host.login("alice")
    host.drop(c, 1)
    r = root(host, "message", "--all", "going", "down at \x1b[31m5\x9b \x07\u00e9")
    equal((r.returncode, r.stdout), (0, "written to 3 sessions\n"), "message --all")
    want = r"message from root\] going down at \\033\[31m5\\302\\233 \\007\\303\\251"
    for t in (a, b):
        t.wait_for(want)
        check(b"\x1b[31m" not in t.data and b"\x07" not in t.data.split(b"message")[-1], "control characters got through")
        equal(t.run("true"), 0, "the shell")
    host.ssh().wait_for(want)
    equal(host.ctl("alice", "message", "-t", str(host.sessions()[0]["id"]), "hello").stdout, "written to 1 session\n", "one")
    a.wait_for(r"message from your own account\] hello")
    equal(host.ctl("bob", "message", "--all", "x").returncode, 1, "status of a user's message --all")
    equal(host.ctl("bob", "message").returncode, 2, "status without a text")
    equal(host.ctl("bob", "message", "x" * 600).returncode, 2, "status of a long text")


def test_message_to_a_stopped_terminal(host):
    """A Ctrl-S holds nobody up: neither the keeper nor who sends."""
    t = host.login()
    t.send("\x13")
    number = str(host.session()["id"])
    for _ in range(30):
        host.ctl("alice", "message", "-t", number, "y" * 500)
    equal(host.session()["state"], "attached", "the keeper answers")
    t.send("\x11")
    equal(t.run("true"), 0, "the shell goes on")


def test_kill_races_with_attach(host):
    """Whoever comes back first: the session is his, or it is gone; never both, and no login is lost."""
    for n in range(6):
        t = host.login()
        pid = t.shell_pid()
        host.drop(t)
        killed = []

        def kill():
            # sooner than the login, or when it has come as far as choosing
            if n % 2:
                wait_until(lambda: host.named("holdfast-login"), "the login chooses", interval=0.001)
            killed.append(older_than(host, "root", "0", "--all")["ended"])
        thread = threading.Thread(target=kill)
        thread.start()
        t2 = host.login()
        thread.join()
        same = t2.shell_pid() == pid
        equal(same, killed == [0], "resumed, with %s ended" % killed)
        equal(t2.run("true"), 0, "the shell that was got")
        t2.line("exit")
        t2.wait_exit()
        host.wait_none()


def test_nobody_comes_into_what_is_being_ended(host):
    """Its shell ignores the hang-up and has some seconds left: a login does not end with it."""
    t = host.login()
    t.run("trap '' HUP")
    pid, s = t.shell_pid(), host.session()
    host.drop(t)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as c:
        c.connect("%s/sessions/%d/%d/sock" % (RUN, host.ids("alice")[0], s["id"]))
        c.send(bytes([ATTACH_MSG_KILL, 0, 0, 0, signal.SIGHUP]))
        equal(c.recv(1024)[0], ATTACH_MSG_DONE, "what the keeper says")
    t2 = host.login()
    check(t2.shell_pid() != pid, "another shell")
    host.wait_gone(s["keeper_pid"], "the keeper")
    equal(t2.run("true"), 0, "the shell that was got")


def test_full_run(host):
    """No room below /run/holdfast: a normal shell, and everything again once there is."""
    host.stop_holdfastd()
    import world
    world.mount("tmpfs", RUN, "tmpfs", 0, "mode=755,size=64k,nr_inodes=40")
    host.start_holdfastd()
    t = host.login()
    marked = host.mark(t)
    n = 0
    try:
        while True:
            write(RUN + "/fill%d" % n, "")
            n += 1
    except OSError:
        pass
    check(n > 5, "the file system is not full")
    t2 = host.ssh()
    equal(t2.prompt().ask("$HOLDFAST_SESSION"), "", "a shell without room")
    equal(t.run("true"), 0, "the session that runs")
    for i in range(n):
        os.unlink(RUN + "/fill%d" % i)
    host.drop(t)
    marked.same(host.ssh())


def many(host, rounds, width):
    """ROUNDS times WIDTH new sessions each of two users, all dropped; then all are listed, and ended."""
    users = ("alice", "bob")
    write("/etc/holdfast/holdfast.conf", "MaxSessions 1000\nLoginTimeout 1m\n")
    wanted = rounds * width
    have = {u: 0 for u in users}
    # on a machine that has no time a login may get a plain shell; then there is another
    for _ in range(2 * rounds):
        terms = [host.ssh(u, options=["-o", "SetEnv=LC_HOLDFAST=new"]) for u in users
                 for _ in range(min(width, wanted - have[u]))]
        for t in terms:
            t.prompt()
        for t in terms:
            t.kill()
        have = {u: len(host.sessions(u)) for u in users}
        if set(have.values()) == {wanted}:
            break
    for u in users:
        host.wait_sessions(wanted, "dropped", u)
    total = 2 * rounds * width
    start = time.monotonic()
    got = everybody(host, "-l")["sessions"]
    listed = time.monotonic() - start
    equal((len(got), {s["processes"] for s in got} <= {2, 3}), (total, True), "sessions, and that each has its processes")
    start = time.monotonic()
    equal(older_than(host, "root", "0", "--all"), {"schema": 1, "ended": total, "left": 0, "failed": 0}, "ended")
    print("%d sessions: listed in %.2f s, ended in %.2f s" % (total, listed, time.monotonic() - start))
    for u in users:
        host.wait_none(u)


def test_many_sessions(host):
    many(host, 4, 5)


@by_request
def test_500_sessions(host):
    many(host, 50, 5)
