# SPDX-License-Identifier: MIT
"""ssh and holdfast side by side: both end in the same way, and leave as little behind."""
import concurrent.futures
import os
import signal
import subprocess

from relay import Relay
from term import Skip, check, equal, wait_until

CLIENTS = ("ssh", "holdfast")
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/home/laptop", "LANG": "C.UTF-8", "USER": "laptop", "LOGNAME": "laptop"}
LIMIT = 30
LIKE = "/home/laptop/like"

# $S is the client.  A row is compared as it ends: its statuses and output, and whether there is anything on standard
# error; with "also", its text as well.
ROWS = (
    ("an exit status", "$S server 'echo out; echo err >&2; exit 3'; echo $?", "also"),
    ("no such command", "$S server nosuchcommand; echo $?", "also"),
    ("255", "$S server exit 255; echo $?", ""),
    ("more than a byte", "$S server exit 259; echo $?", ""),
    ("SIGKILL", "$S server 'kill -KILL $$'; echo $?", ""),
    ("SIGTERM", "$S server 'kill -TERM $$'; echo $?", ""),
    ("SIGSEGV", "$S server 'ulimit -c 0; kill -SEGV $$'; echo $?", ""),
    ("a signal to a program of the command's", "$S server 'sh -c \"kill -KILL \\$\\$\"; exit'; echo $?", ""),
    ("head", "$S server yes | head -1; echo ${PIPESTATUS[*]}", ""),
    ("a reader that takes nothing", "$S server yes | true; echo ${PIPESTATUS[*]}", ""),
    ("head of what is also sent", "yes | $S server cat | head -1; echo ${PIPESTATUS[1]} ${PIPESTATUS[2]}", ""),
    ("a command that ignores it", "$S server 'trap \"\" PIPE; for i in 1 2 3; do echo $i; sleep 0.2; done 2>/dev/null; "
     "exit 4' | head -1; echo ${PIPESTATUS[*]}", ""),
    ("a command that does not write any more", "$S server 'echo x; sleep 1; exit 5' | true; echo ${PIPESTATUS[*]}", ""),
    ("a full disk", "$S server yes >/dev/full; echo $?", ""),
    ("a full disk, and little", "$S server 'echo x; exit 3' >/dev/full; echo $?", ""),
    ("no room for errors", "$S server 'for i in 1 2 3; do echo x >&2; sleep 0.1; done; echo out; exit 3' 2>/dev/full; "
     "echo $?", ""),
    ("a closed standard output", "$S server 'echo x; exit 3' >&-; echo $?", ""),
    ("a closed standard error", "$S server 'echo x >&2; echo out; exit 3' 2>&-; echo $?", ""),
    ("a closed standard input", "$S server 'cat; exit 3' <&-; echo $?", ""),
    ("all closed", "$S server 'cat; echo x; echo y >&2; exit 3' <&- >&- 2>&-; echo $?", ""),
    ("standard output closed, and head of the errors",
     "{ $S server 'echo x >&2; echo y; exit 3' 2>&1 >&-; echo $? >st; } | head -1; cat st", ""),
    ("a child in the background", "$S server 'sleep 0.5 & echo hi; exit 2'; echo $?", ""),
    ("input that is not read", "head -c 3000000 /dev/zero | $S server 'exit 6'; echo ${PIPESTATUS[1]}", ""),
    ("-n", "echo in | $S -n server cat; echo $?", ""),
    ("-t without a terminal", "$S -t -o LogLevel=INFO server true; echo $?", ""),
    ("no command, and no terminal", "echo 'exit 3' | $S -o LogLevel=INFO server; echo $?", ""),
    ("-tt", "$S -tt server 'test -t 1; echo $?; exit 2'; echo $?", ""),
    ("options in one word, and behind the host", "$S -aTq server -nx 'cat; exit 2'; echo $?", ""),
    ("a key that is not there", "$S -i /nonexistent server true; echo $?", "also"),
    ("-E", "$S -E log -p 1 server true; echo $?; test -s log; echo $?", ""),
    ("-y", "$S -y -p 1 server true; echo $?", ""),
    ("-q", "$S -q -p 1 server true; echo $?", ""),
    ("LogLevel QUIET", "$S -o LogLevel=QUIET -p 1 server true; echo $?", ""),
    ("RemoteCommand", "$S -o RemoteCommand='echo %n; exit 4' server; echo $?", ""),
    ("RemoteCommand and a command", "$S -o RemoteCommand=true server ls; echo $?", ""),
    ("SessionType subsystem", "$S -o SessionType=subsystem server nosuch; echo $?", "also"),
    ("ForkAfterAuthentication", "$S -o ForkAfterAuthentication=yes server 'sleep 0.3; echo late; exit 4' >st; echo $?; "
     "until grep -s late st; do sleep 0.05; done", ""),
    ("ForkAfterAuthentication without a command", "$S -o ForkAfterAuthentication=yes server; echo $?", ""),
    ("a script", "echo 'echo hi; exit 3' | $S server 2>/dev/null; echo $?", ""),
    ("-f", "$S -f server 'sleep 0.3; echo late; exit 4' >st; echo $?; until grep -s late st; do sleep 0.05; done", ""),
    ("a port that is closed", "$S -p 1 server true; echo $?", ""),
    ("no such host", "$S nosuchhost.invalid true; echo $?", ""),
    ("a host key that differs", "$S -o UserKnownHostsFile=wrong -o StrictHostKeyChecking=yes server true; echo $?", ""),
    ("a user who may not", "${S%% *} -l nobody -o BatchMode=yes server true; echo $?", ""),
    ("an option that does not exist", "$S -o Nonsense=1 server true; echo $?", ""),
    ("no host", "$S; echo $?", ""),
)


def client(host):
    if not os.access("/usr/bin/holdfast", os.X_OK):
        raise Skip("the client was not built")
    host.ids("laptop")


def as_laptop(host, kw):
    uid, gid, groups = host.ids("laptop")
    kw.update(user=uid, group=gid, extra_groups=groups, env=ENV, start_new_session=True)
    kw.setdefault("cwd", LIKE)
    kw.setdefault("stdin", subprocess.DEVNULL)
    kw.setdefault("stdout", subprocess.PIPE)
    kw.setdefault("stderr", subprocess.PIPE)
    return kw


def prepare(host):
    client(host)
    make_directory(host, LIKE)


def make_directory(host, path):
    uid, gid, _ = host.ids("laptop")
    os.makedirs(path, exist_ok=True)
    os.chown(path, uid, gid)
    with open(path + "/wrong", "w") as f:
        f.write("server,127.0.0.1,[127.0.0.1]:2222 ssh-ed25519 "
                "AAAAC3NzaC1lZDI1NTE5AAAAIN0000000000000000000000000000000000000000000\n")


def shell(host, name, line, **kw):
    """LINE with NAME for $S: (statuses and output, whether there are errors, the errors)."""
    text = "S='%s -l alice'\n%s" % (name, line)
    try:
        r = subprocess.run(["bash", "-c", text], timeout=LIMIT, **as_laptop(host, kw))
    except subprocess.TimeoutExpired as e:
        raise AssertionError("%s: not over after %d s: %s" % (name, LIMIT, line)) from e
    return r.stdout, bool(r.stderr), r.stderr


def zombies():
    """(pid, name, parent) of each zombie."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % pid) as f:
                name, rest = f.read().rsplit(")", 1)
        except OSError:
            continue
        if rest.split()[0] == "Z":
            found.append((int(pid), name.split("(", 1)[1], int(rest.split()[1])))
    return found


def nothing_left(host):
    host.wait_none()
    wait_until(lambda: not host.named("holdfast-keeper"), "no keeper is left")
    wait_until(lambda: not zombies(), "no zombie is left")


def test_like_ssh(host):
    prepare(host)
    wrong = []

    def both(n):
        found = []
        for name in CLIENTS:
            make_directory(host, "%s/%s%d" % (LIKE, name, n))
            found.append(shell(host, name, ROWS[n][1], cwd="%s/%s%d" % (LIKE, name, n)))
        return found

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        results = list(pool.map(both, range(len(ROWS))))
    for (what, _, also), (ssh, ours) in zip(ROWS, results):
        same = ssh[:2] == ours[:2] and (not also or ssh[2] == ours[2])
        host.note("%-45s %s %s" % (what, "same" if same else "DIFFERS", ssh))
        if not same:
            wrong.append("%s: ssh %s, holdfast %s" % (what, ssh, ours))
    check(len(ROWS) >= 20, "rows")
    check(not wrong, "\n".join(wrong))
    nothing_left(host)


def start(host, name, *args, **kw):
    """The client without a shell between, in a session of its own: it gets the signal alone."""
    return subprocess.Popen([name, "-l", "alice", *args], **as_laptop(host, kw))


def commands():
    """(pid, command line) of each process."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as f:
                found.append((int(pid), f.read().replace(b"\0", b" ").decode("utf-8", "replace")))
        except OSError:
            continue
    return found


def runs(text):
    return any(text in line for _, line in commands())


def kill_sleeps():
    for pid, line in commands():
        if line.startswith("sleep 1000"):
            os.kill(pid, signal.SIGKILL)


def wait_file(path, what):
    wait_until(lambda: os.path.exists(path), what)


# What is sent to the client, the command, whether it runs on under sshd (it can't know that its client has gone).
SIGNALS = (
    (signal.SIGTERM, "touch /tmp/{0}.on; exec sleep {1}", True),
    (signal.SIGHUP, "touch /tmp/{0}.on; exec sleep {1}", True),
    (signal.SIGTERM, "touch /tmp/{0}.on; while sleep 0.1; do echo {1}; done", False),
    (signal.SIGTERM, "touch /tmp/{0}.on; cat; exec sleep {1}", True),
    (signal.SIGINT, "touch /tmp/{0}.on; trap '' INT; while sleep 0.1; do echo {1}; done", False),
)


def end_by_signal(host, job):
    """A client that is ended by a signal: its status; and what becomes of the command."""
    name, n = job
    sig, command, goes_on = SIGNALS[n]
    mark, number = "%s%d" % (name, n), "1000%d%d" % (CLIENTS.index(name), n)
    p = start(host, name, "server", command.format(mark, number), stdin=subprocess.PIPE)
    wait_file("/tmp/%s.on" % mark, "the command runs")
    p.send_signal(sig)
    out, err = p.communicate(timeout=LIMIT)
    equal((p.returncode, err), (255, b""), "%s after %s: status and errors" % (name, sig))
    if not goes_on:
        wait_until(lambda: not runs(number), "%s: %s ends" % (name, command))
    return runs(number)


def test_signals_like_ssh(host):
    """Both clients end alike, their commands end or run on alike, and nothing is held."""
    prepare(host)
    jobs = [(name, n) for n in range(len(SIGNALS)) for name in CLIENTS]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        results = dict(zip(jobs, pool.map(lambda job: end_by_signal(host, job), jobs)))
    host.wait_none()
    for n, (sig, command, goes_on) in enumerate(SIGNALS):
        equal([results[name, n] for name in CLIENTS], [goes_on] * 2, "%s goes on after %s" % (command, sig))
        # and after its session has gone
        equal(runs("1000%d%d" % (CLIENTS.index("holdfast"), n)), goes_on, "%s goes on" % command)
    r = host.ctl("alice", "last")
    check("let go: its client was terminated" in r.stdout, r.stdout + r.stderr)
    # at their next write, and not when their session is over
    check(host.syslog.find("event=end .*status=signal:%d" % signal.SIGPIPE), "no command has ended by SIGPIPE")
    kill_sleeps()
    nothing_left(host)


def test_before_a_session(host):
    """Nothing has been started yet: both die of the signal, as a program that does not catch it."""
    prepare(host)
    for name in CLIENTS:
        for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            # the ProxyCommand outlives ssh, with its descriptors
            p = start(host, name, "-o", "ProxyCommand=sh -c 'touch /tmp/on; exec sleep 1000'", "server", "true",
                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait_file("/tmp/on", "the connection is on its way")
            p.send_signal(sig)
            equal(p.wait(LIMIT), -sig, "%s: how it ends after %s" % (name, sig))
            os.unlink("/tmp/on")
    kill_sleeps()


def test_a_named_command_goes_on(host):
    """It was given a name to come back to: then a signal to its client ends the client alone."""
    prepare(host)
    p = start(host, "holdfast", "--session", "build", "server", "touch /tmp/on; exec sleep 10001")
    wait_file("/tmp/on", "the command runs")
    p.send_signal(signal.SIGTERM)
    _, err = p.communicate(timeout=LIMIT)
    equal(p.returncode, 255, "status")
    check(b"terminated; session" in err and b"goes on" in err, err)
    host.wait_sessions(1)
    host.ctl("alice", "kill", "build")
    nothing_left(host)


def test_twenty_timeouts(host):
    """Commands that timeout(1) has cut off leave no session that is in the way of others."""
    prepare(host)
    out, _, err = shell(host, "holdfast", "export S; seq 21 | "
                        "xargs -P7 -I{} sh -c 'timeout 0.6 $S server \"sleep 1\"; echo $?'")
    equal(out.split(), [b"124"] * 21, "statuses")
    host.wait_none()
    equal(shell(host, "holdfast", "$S server 'echo through'; $S --list server; echo $?")[0].split(b"\n")[0], b"through",
          "a command after them; %s" % err)
    nothing_left(host)


def test_terminated_unanswered(host):
    """The host has started the command, and its client, which goes, does not know that yet."""
    prepare(host)
    Relay(7777, ("127.0.0.1", host.port()), delay=0.2)
    p = start(host, "holdfast", "-p", "7777", "server", "sleep 1000")
    wait_until(lambda: host.syslog.find("event=create .*user=alice"), "the host has started it")
    p.send_signal(signal.SIGTERM)
    p.communicate(timeout=LIMIT)
    host.wait_none()
    kill_sleeps()
    nothing_left(host)


def test_group_is_signalled(host):
    """Ctrl-C, and timeout(1), reach the ssh that carries the bytes as well: the command is ended all the same."""
    prepare(host)
    for n, sig in enumerate((signal.SIGINT, signal.SIGTERM)):
        for name, more in (("ssh", []), ("holdfast", ["--transport", "ssh"])):
            mark = "/tmp/group.%s%d" % (name, n)
            p = start(host, name, *more, "server", "touch %s; while sleep 0.1; do echo x; done" % mark)
            wait_file(mark, "the command runs")
            os.killpg(p.pid, sig)
            p.communicate(timeout=LIMIT)
            equal(p.returncode, 255, "%s after %s: status" % (name, sig))
    nothing_left(host)


def kill_clients(host, count, mark):
    """COUNT commands whose clients are killed while they run, and which then end."""
    command = "touch /tmp/%s.%d; while [ ! -e /tmp/%s ]; do sleep 0.1; done; echo out"
    clients = [start(host, "holdfast", "server", command % (mark, n, mark)) for n in range(count)]
    for n, p in enumerate(clients):
        wait_file("/tmp/%s.%d" % (mark, n), "command %d runs" % n)
        p.kill()
        p.communicate()
    with open("/tmp/" + mark, "w"):
        pass


def states(host):
    return [s["state"] for s in host.sessions()]


def test_killed_clients(host):
    """Ended commands of clients that were killed are kept, count for nothing, and make room for each other."""
    prepare(host)
    for batch in range(3):
        kill_clients(host, 8, "batch%d" % batch)
        wait_until(lambda: set(states(host)) == {"ending"}, "all have ended")
    equal(len(states(host)), 24, "sessions that are kept")
    check(not zombies(), zombies())
    table = host.ctl("alice", "ls").stdout
    equal(table.count("ending"), 24, "holdfastctl ls: " + table)
    out = shell(host, "holdfast", "$S --list --json server")[0]
    equal(out.count(b'"ending"'), 24, "holdfast --list: %s" % out)
    # each one that starts makes the oldest go, if there are more than 20
    t = host.login()
    host.mark(t)
    for n in range(5):
        out, _, err = shell(host, "holdfast", "$S server 'echo through'")
        equal((out, err), (b"through\n", b""), "a command beside them")
    wait_until(lambda: sorted(states(host)) == ["attached"] + ["ending"] * 20, "20 are kept, and a login is held")
    for s in host.sessions():
        if s["state"] == "ending":
            host.ctl("alice", "kill", str(s["id"]))
    t.line("exit")
    t.wait_exit()
    nothing_left(host)


def many(host, count, at_once, seconds):
    """COUNT commands, AT_ONCE of them at the same time, as ssh has them all."""
    line = "export S; seq %d | xargs -P%d -I{} sh -c '$S server \"sleep %s; echo {}\"' | sort -n"
    out, _, err = shell(host, "holdfast", line % (count, at_once, seconds))
    equal(out.split(), [b"%d" % n for n in range(1, count + 1)], "what has come: %s" % err)
    nothing_left(host)


def test_thirty_at_once(host):
    """More than MaxSessions: those over the limit are plain commands."""
    prepare(host)
    many(host, 30, 30, 1)


def test_as_many_as_sshd_lets_in(host):
    """sshd's own MaxStartups, and a MaxSessions that makes the client connect twice."""
    prepare(host)
    with open("/etc/holdfast/holdfast.conf", "a") as f:
        f.write("MaxSessions 3\n")
    host.configure_sshd("MaxStartups 10:30:100\n")
    many(host, 24, 8, 0.2)
