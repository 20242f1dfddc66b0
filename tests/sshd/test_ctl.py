# SPDX-License-Identifier: MIT
"""holdfastctl: from inside a held shell and from outside."""
import re
import shutil
import subprocess

from template import write
from term import check, equal, wait_until

OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]
FIELDS = {"id", "name", "state", "attachments", "keeper_pid", "shell_pid", "rows", "cols", "program", "address",
          "created_ms", "changed_ms", "activity_ms", "offset", "away_bytes", "vouched", "term"}


def test_ls(host):
    r = host.ctl("alice", "ls")
    equal((r.returncode, r.stdout), (0, ""), "ls without a session")
    check("no sessions" in r.stderr, "ls without a session says %r" % r.stderr)
    t = host.login()
    s = host.session()
    equal(FIELDS - set(s), set(), "fields missing in ls --json")
    equal((s["state"], s["attachments"], s["rows"], s["cols"], s["address"], s["vouched"], s["term"], s["program"]),
          ("attached", 1, 24, 80, "127.0.0.1", True, "xterm-256color", "bash"), "ls --json")
    r = host.ctl("alice", "ls")
    equal(r.returncode, 0, "status")
    check(re.search(r"ID +NAME +STATE", r.stdout) and "attached" in r.stdout, "ls says %r" % r.stdout)
    t.line("sleep 1000")
    wait_until(lambda: host.session()["program"] == "sleep", "the program in front", 20)
    host.drop(t)
    check("dropped" in host.ctl("alice", "ls").stdout, "ls does not say dropped")


def test_ls_is_ones_own(host):
    t = host.login("alice")
    equal(host.sessions("bob"), [], "alice's session in bob's list")
    check(t.alive(), "alice is logged in")


def test_program_with_a_hostile_name(host):
    """What a program calls itself can't write to the terminal or break the JSON."""
    write("/home/alice/evil.py", "import ctypes,time\nctypes.CDLL(None).prctl(15, b'\\x1b[31m\"\\\\\\xff\\n')\n"
          "print('rea'+'dy',flush=True)\ntime.sleep(1000)\n")
    t = host.login()
    t.line("/usr/bin/python3 evil.py")
    t.wait_for("ready\r\n")
    wait_until(lambda: host.session()["program"] not in ("bash", "python3"), "the new name is seen", 20)
    out = host.as_user("alice", ["/usr/bin/holdfastctl", "ls"]).stdout
    check(not re.search(rb"[\x00-\x09\x0b-\x1f\x7f-\xff]", out), "ls prints control characters: %r" % out)


def test_detach(host):
    t = host.login()
    marked = host.mark(t)
    t.line("holdfastctl detach")
    equal(t.wait_exit(), 0, "the status of ssh")
    check(re.search(r"detached from session \d+", t.text()), "the login says %r" % t.text()[-200:])
    host.wait_sessions(1, "dropped")
    t2 = host.ssh()
    marked.same(t2)
    equal(host.ctl("alice", "detach", str(host.session()["id"])).returncode, 0, "detach from outside")
    equal(t2.wait_exit(), 0, "the status of ssh")


def test_new_and_attach_inside(host):
    """The terminal goes over to the other session; the one it leaves stays held."""
    t = host.login()
    first = t.shell_pid()
    one = host.session()["id"]
    t.line("holdfastctl new -n build")
    wait_until(lambda: len(host.sessions()) == 2, "the new session")
    t.prompt()
    second = t.shell_pid()
    check(second != first, "the same shell")
    equal(host.session(id=one)["state"], "dropped", "the session that was left")
    equal(host.session(name="build")["state"], "attached", "the new session")
    t.line("holdfastctl attach %d" % one)
    t.wait_for("resumed session")
    equal(t.shell_pid(), first, "back in the first")
    t.line("holdfastctl attach build")
    t.wait_for("resumed session")
    equal(t.shell_pid(), second, "in the second")
    t.line("exit 3")
    equal(t.wait_exit(), 3, "the status of ssh")
    equal(host.wait_sessions(1, "dropped")[0]["id"], one, "the session that is left")


def test_attach_outside(host):
    t = host.login()
    marked = host.mark(t)
    number = host.session()["id"]
    t2 = host.login(options=OFF)
    t2.line("holdfastctl attach -j %d" % number)
    wait_until(lambda: host.session()["attachments"] == 2, "two attachments")
    equal(t2.shell_pid(), marked.pid, "joined")
    equal(host.session()["attachments"], 2, "attachments")
    equal(t.shell_pid(), marked.pid, "the first is still there")
    t2.kill()
    wait_until(lambda: host.session()["attachments"] == 1, "one attachment again")
    t3 = host.login(options=OFF)
    t3.line("holdfastctl attach -d %d" % number)
    t.wait_exit()
    marked.same(t3)
    equal(host.session()["attachments"], 1, "attachments after attach -d")
    t3.line("exit 3")
    wait_until(lambda: not host.sessions(), "the session has ended")
    t3.prompt()
    equal(t3.ask("$HOLDFAST_SESSION"), "", "the plain shell again")


def test_attach_readonly(host):
    t = host.login()
    number = host.session()["id"]
    t2 = host.login(options=OFF)
    t2.line("holdfastctl attach -r %d" % number)
    wait_until(lambda: host.session()["attachments"] == 2, "two attachments")
    t2.line("touch ~/was-typed")
    t.line("printf 'se%s\\n' en")
    t2.wait_for("seen")
    equal(t.run("test -e ~/was-typed"), 1, "what the watcher typed")


def test_attach_without_argument(host):
    t = host.login()
    pid = t.shell_pid()
    host.drop(t)
    t2 = host.login(options=OFF)
    t2.line("holdfastctl attach")
    t2.wait_for("resumed session")
    equal(t2.shell_pid(), pid, "the shell")


def test_new_outside(host):
    t = host.login(options=OFF)
    t.line("holdfastctl new -n work")
    wait_until(lambda: host.sessions(), "the new session")
    t.prompt()
    equal(host.session()["name"], "work", "name")
    equal(t.ask("$HOLDFAST_SESSION"), str(host.session()["id"]), "HOLDFAST_SESSION")


def test_rename_and_kill(host):
    t = host.login()
    number = host.session()["id"]
    equal(host.ctl("alice", "rename", str(number), "work").returncode, 0, "rename")
    equal(host.session()["name"], "work", "name")
    for bad in ("7", "-x", "off", "new", "a b", "a/b", "x" * 40):
        check(host.ctl("alice", "rename", "--", "work", bad).returncode in (1, 2), "renamed to %r" % bad)
    equal(host.session()["name"], "work", "name")
    equal(host.ctl("alice", "rename", "work", "").returncode, 0, "a name taken away")
    equal(host.session()["name"], "", "name")
    pid = t.shell_pid()
    equal(host.ctl("alice", "kill", str(number)).returncode, 0, "kill")
    equal(host.sessions(), [], "sessions")
    host.wait_gone(pid)
    t.wait_exit()


def test_kill_a_stubborn_one(host):
    """A shell that ignores the hang-up is ended with -s KILL."""
    t = host.login()
    t.run("trap '' HUP TERM")
    pid = t.shell_pid()
    host.ctl("alice", "kill", "-s", "KILL", str(host.session()["id"]))
    host.wait_gone(pid)
    host.wait_none()


def test_env(host):
    t = host.login()
    old = t.ask("$SSH_CONNECTION")
    host.drop(t)
    t = host.ssh()
    equal(t.ask("$SSH_CONNECTION"), old, "SSH_CONNECTION before eval")
    t.run('eval "$(holdfastctl env)"')
    new = t.ask("$SSH_CONNECTION")
    check(new != old and new.startswith("127.0.0.1 "), "SSH_CONNECTION after eval is %r" % new)
    equal(t.ask("$SSH_TTY"), t.ask("$(tty)"), "SSH_TTY after eval: the session's own terminal")


def test_env_is_quoted(host):
    nasty = "a'b\"c$(touch /tmp/pwned)`touch /tmp/pwned`\\;d"
    t = host.login()
    host.drop(t)
    host.configure_sshd("PermitUserEnvironment yes\n")
    write("/home/alice/.ssh/environment", "DISPLAY=%s\n" % nasty, 0o600, host.ids("alice")[:2])
    t = host.ssh()
    t.run('eval "$(holdfastctl env)"')
    t.run("printf %s \"$DISPLAY\" >~/display")
    with open("/home/alice/display") as f:
        equal(f.read(), nasty, "DISPLAY after eval")
    equal(t.run("test -e /tmp/pwned"), 1, "what is in the value was run")


def test_hook_texts(host):
    for shell, checker in (("sh", ["sh", "-n"]), ("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]),
                           ("fish", ["fish", "-n"]), ("tcsh", ["tcsh", "-n"])):
        r = host.ctl("alice", "hook", shell)
        equal(r.returncode, 0, "hook " + shell)
        check("holdfast-login" in r.stdout or "holdfast/hook.csh" in r.stdout, "hook %s prints %r" % (shell, r.stdout[:100]))
        if shutil.which(checker[0]):
            write("/tmp/hook", r.stdout)
            equal(subprocess.run([*checker, "/tmp/hook"], capture_output=True).returncode, 0, "syntax of " + shell)
    equal(host.ctl("alice", "hook", "cmd.exe").returncode, 2, "hook of no shell")


def test_errors(host):
    for args, status in ((["attach", "77"], 3), (["kill", "nosuch"], 3), (["rename", "77", "x"], 3), (["env", "77"], 3),
                         (["detach", "77"], 3), (["frobnicate"], 2), ([], 2), (["ls", "--nonsense"], 2)):
        r = host.ctl("alice", *args, stdin=subprocess.DEVNULL)
        equal(r.returncode, status, "the status of holdfastctl %s (%r)" % (" ".join(args), r.stderr))
        check(r.stderr.strip(), "holdfastctl %s says nothing" % args)
    for args in (["--help"], ["--version"], ["ls", "--help"], ["attach", "--help"]):
        r = host.ctl("alice", *args)
        equal(r.returncode, 0, "the status of holdfastctl %s" % " ".join(args))
        check(r.stdout, "holdfastctl %s prints nothing" % args)


def test_attach_needs_a_terminal(host):
    t = host.login()
    host.drop(t)
    r = host.ctl("alice", "attach", stdin=subprocess.DEVNULL)
    equal(r.returncode, 1, "the status of attach without a terminal")
    check("terminal" in r.stderr, "it says %r" % r.stderr)
    host.wait_sessions(1, "dropped")


def test_attach_own_session(host):
    t = host.login()
    number = host.session()["id"]
    check(t.run("holdfastctl attach %d" % number) != 0, "attached to itself")
    equal(t.run("true"), 0, "the shell is all right")
