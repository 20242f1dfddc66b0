# SPDX-License-Identifier: MIT
"""The client works a session from a script (--print, --send, --tail, --wait): the same answers as on the host."""
import os
import re
import subprocess
import threading

from template import write
from term import check, equal, wait_until
from test_client import CLIENT, run
from test_scripts import followers


def script(host, *args, status=0, **kw):
    """The client with ARGS, before the destination and, behind "--", after it: its output."""
    at = args.index("--") if "--" in args else len(args)
    r = run(host, *args[:at], "server", *args[at + 1:], **kw)
    equal(r.returncode, status, "status of %s: %r" % (" ".join(args), r.stderr))
    return r.stdout.decode(), r.stderr.decode()


def test_works_a_session(host):
    t = host.login()
    ident = host.session()["id"]
    equal(host.ctl("alice", "rename", str(ident), "work").returncode, 0, "rename")
    before = host.session()

    script(host, "--send", "work", "--enter", "--", "printf", "'in-%s\\n'", "$((40+2))")
    t.wait_for("in-42\r\n")
    script(host, "--wait", "work", "--for", "^in-[0-9]+$", "--since-start", "--timeout", "30")
    script(host, "--wait", str(ident), "--prompt", "--timeout", "30")
    for option in (), ("--ansi",), ("--html",), ("--scrollback",):
        out, _ = script(host, "--print", "work", *option)
        equal(out, host.ctl("alice", "print", *option, "work").stdout, "what --print %s prints" % (option,))
        check("in-42" in out, "the screen: %r" % out)
    out, _ = script(host, "--peek", "work")
    check(out.startswith("session %d work: attached, bash" % ident) and "in-42" in out, "peek: %r" % out)
    equal(script(host, "--tail", "work", "--lines", "2")[0], host.ctl("alice", "tail", "-n", "2", "work").stdout, "tail")

    # Standard input, all of it: more than the terminal's and the protocol's queues hold.
    data = b"".join(b"line %06d of what is typed\n" % i for i in range(4000))
    t.line("stty raw -echo; head -c %d >got; stty sane; echo go''t" % len(data))
    wait_until(lambda: host.session()["program"] == "head", "the reader")
    script(host, "--send", "work", "--", "-", input=data)
    t.wait_for("got\r\n")
    with open("/home/alice/got", "rb") as f:
        check(f.read() == data, "what arrived is not what was sent")
    t.line("sleep 1000")
    wait_until(lambda: host.session()["program"] == "sleep", "the program")
    _, err = script(host, "--wait", "work", "--prompt", "--timeout", "1", status=4)
    script(host, "--send", "work", "--keys", "--", "C-c")
    script(host, "--wait", "work", "--prompt", "--timeout", "30")
    s = host.session()
    equal((s["attachments"], s["changed_ms"], s["rows"], s["cols"]),
          (1, before["changed_ms"], before["rows"], before["cols"]), "the session")

    # The host's messages and statuses.
    _, err = script(host, "--print", "nobody", status=3)
    check("no session nobody" in err, "message: %r" % err)
    _, err = script(host, "--wait", "work", "--for", "(", status=2)
    check("(" in err, "message: %r" % err)
    _, err = script(host, "--tail", "work", "--lines", "x", status=2)
    check('"x"' in err, "message: %r" % err)
    waiting = subprocess.Popen(["setsid", CLIENT, "-l", "alice", "--wait", "work", "--end", "server"],
                               stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/home/laptop",
                               user=host.ids("laptop")[0], group=host.ids("laptop")[1], extra_groups=host.ids("laptop")[2],
                               env={"HOME": "/home/laptop", "PATH": "/usr/bin:/bin"})
    wait_until(lambda: host.named("holdfastctl", "alice"), "holdfastctl wait")
    script(host, "--send", "work", "--enter", "--", "exit 7")
    err = waiting.communicate(timeout=30)[1]
    equal(waiting.returncode, 7, "status of --wait --end: %r" % err)


def test_cuts(host):
    """A wait comes back by itself; what follows and has printed ends, and leaves no process behind."""
    t = host.login()
    uid, gid, groups = host.ids("laptop")

    def begin(*args):
        p = subprocess.Popen(["setsid", CLIENT, "-l", "alice", *args, "server"], stdin=subprocess.DEVNULL, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/home/laptop", user=uid, group=gid,
                             extra_groups=groups, env={"HOME": "/home/laptop", "PATH": "/usr/bin:/bin"})
        wait_until(lambda: host.named("holdfastctl", "alice"), "holdfastctl")
        return p
    ident = str(host.session()["id"])
    p = begin("--wait", ident, "--for", "^now$", "--since-start")
    pid = host.named("holdfastctl", "alice")[0]
    t.run("true")
    for sshd in [x for x in host.sshd_of("alice", "user") if pid in descendants(host, x)]:
        os.kill(sshd, 9)
    host.wait_gone(pid)
    wait_until(lambda: host.named("holdfastctl", "alice"), "holdfastctl again")
    t.line("echo n''ow")
    out, err = p.communicate(timeout=30)
    equal((p.returncode, out), (0, ""), "wait: %r" % err)
    check("connecting again" in err, "message: %r" % err)

    for raw in (), ("--raw",):
        follows_over_cuts(host, t, ident, begin, raw)
    p = begin("--tail", ident, "--follow")
    pid = host.named("holdfastctl", "alice")[0]
    t.line("echo fol''lowed")
    wait_until(lambda: "followed\n" == p.stdout.readline() or None, "the line", 30)
    p.terminate()
    p.communicate(timeout=30)
    host.wait_gone(pid)


def follows_over_cuts(host, t, ident, begin, options):
    """Each line once, over three cuts; the last one in the other screen and in the middle of a line."""
    p = begin("--tail", ident, "--follow", "--lines", "0", *options)
    got = []
    reader = threading.Thread(target=lambda: got.extend(iter(lambda: p.stdout.read(1), "")), daemon=True)
    reader.start()

    def wait_got(text):
        wait_until(lambda: text in "".join(got), "%r from tail: %r" % (text, "".join(got)[-200:]), 30)

    def cut(while_away):
        pid = host.named("holdfastctl", "alice")[0]
        for sshd in [x for x in host.sshd_of("alice", "user") if pid in descendants(host, x)]:
            os.kill(sshd, 9)
        host.wait_gone(pid)
        t.run(while_away)
        wait_until(lambda: host.named("holdfastctl", "alice"), "holdfastctl again")
    wait_until(lambda: len(followers(host)) == 1, "it follows")
    t.run("echo be''gun")
    wait_got("begun")
    cut("seq -f 'a%.0f' 1 100")
    wait_got("a100")
    t.run("seq -f 'b%.0f' 1 3000")
    wait_got("b3000")
    cut("seq -f 'c%.0f' 1 100; printf hal")
    wait_got("c100")
    cut(r"printf 'f\nd1\n\033[?1049hhidden\n\033[?1049ld2\n'")
    t.run("echo al''l")
    wait_got("\nall")
    p.terminate()
    err = p.communicate(timeout=30)[1]
    equal(err.count("connecting again"), 3, "messages: %r" % err)
    found = [x.rstrip("\r") for x in "".join(got).split("\n")]
    wanted = ["a%d" % i for i in range(1, 101)] + ["b%d" % i for i in range(1, 3001)] + ["c%d" % i for i in range(1, 101)]
    equal([x for x in found if re.fullmatch(r"[abc]\d+", x)], wanted, "lines")
    equal([sum(x.endswith(w) for x in found) for w in ("d1", "d2", "all")], [1, 1, 1], "later lines: %s" % found[-20:])


def descendants(host, pid):
    children = {}
    for x in host.processes():
        children.setdefault(x["ppid"], []).append(x["pid"])
    found, waiting = set(), [pid]
    while waiting:
        one = waiting.pop()
        found.add(one)
        waiting += children.get(one, [])
    return found


def test_elsewhere(host):
    """A host without holdfast: said, and nothing is run there."""
    write("/etc/ssh/sshd_config.d/holdfast.conf", "")
    os.rename("/usr/bin/holdfastctl", "/usr/bin/holdfastctl.away")
    host.configure_sshd("")
    _, err = script(host, "--print", "work", status=69)
    check("the host has no holdfast" in err, "message: %r" % err)
