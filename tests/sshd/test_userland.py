# SPDX-License-Identifier: MIT
"""Without root: no holdfastd, a line in the user's own start-up files, keepers started by the user's own processes."""
import glob
import json
import os
import re
import shutil
import stat
import subprocess

from host import by_hand, takes_long
from laptop import Laptop
from template import PAM_FIRST, PAM_LAST, write
from term import Skip, check, equal, wait_until
from test_ls import title
from test_recording import CAST, Recorder

OWN = "[ ! -r /usr/share/holdfast/own.%(x)s ] || . /usr/share/holdfast/own.%(x)s\n"
FIRST = 10001
STATE = "/home/alice/.local/state/holdfast/server"


def put_first(path, line, owner):
    old = ""
    if os.path.exists(path):
        with open(path) as f:
            old = f.read()
    write(path, line + old, 0o644, owner)


def prepare(host, user="alice"):
    """sshd alone, and the line in ~/.profile."""
    with open("/etc/pam.d/sshd") as f:
        lines = [line for line in f if "pam_holdfast" not in line]
    write("/etc/pam.d/sshd", "".join(lines))
    put_first("/home/%s/.profile" % user, OWN % {"x": "sh"}, host.ids(user)[:2])
    host.start_sshd()


@by_hand
def test_story(host):
    prepare(host)
    t = host.login()
    s = host.session()
    equal((s["id"], s["state"], s["vouched"], s["address"]), (FIRST, "attached", False, ""), "the session")
    equal(t.ask("$HOLDFAST_SESSION"), str(FIRST), "HOLDFAST_SESSION")
    equal(t.ask("$HOLDFAST_TICKET"), "", "the ticket")
    equal(host.parents(s["keeper_pid"])[1]["pid"], 1, "the keeper's parent")
    with open("/home/alice/.profile-log") as f:
        equal(len(f.readlines()), 1, "times that the profile was read")
    marked = host.mark(t)
    host.drop(t)
    t = host.ssh()
    marked.same(t)
    t.line("exit 5")
    equal(t.wait_exit(), 5, "the status of ssh")
    host.wait_none()
    wait_until(lambda: not host.named("holdfast-keeper") and not host.named("holdfast-login"), "nothing is left", 20)
    equal(glob.glob(STATE + "/*/*"), [], "files that are left")


@by_hand
def test_whose_shell(host):
    """As with holdfastd: only a shell that sshd itself has executed, also where it can't be seen whether that is sshd."""
    prepare(host)
    write("/etc/profile.d/zz-late.sh", "export LATE=1\n")
    for level in ("0", "2"):
        subprocess.run(["mount", "-o", "remount,hidepid=" + level, "/proc"], check=True)
        t = host.login()
        equal(t.ask("$HOLDFAST_SESSION"), str(FIRST), "HOLDFAST_SESSION with hidepid=" + level)
        check("LATE" not in host.environ(host.session()["shell_pid"]), "the shell began with what start-up files did")
        host.drop(t)
        for command in ("exec -l bash", "exec -a -bash bash"):
            t = host.login(options=["-t"], args=["cd /var/log && " + command])
            equal(t.ask("$PWD|$HOLDFAST_SESSION"), "/var/log|", "the shell of " + command)
            t.kill()
        t = host.login()
        equal(t.ask("$HOLDFAST_SESSION"), str(FIRST), "the old session")
        t.line("exit")
        t.wait_exit()
        host.wait_none()


@by_hand
def test_stale(host):
    """The four-tuple is the login's own word here."""
    prepare(host)
    laptop = Laptop()
    t = laptop.login(host)
    marked = host.mark(t)
    laptop.calm()
    check(host.login().shell_pid() != marked.pid, "a live session was taken")
    laptop.move("10.99.0.7")
    marked.same(laptop.ssh(host))


@by_hand
def test_places_are_private(host):
    prepare(host)
    host.login()
    for path in (STATE, STATE + "/%d" % host.ids("alice")[0]):
        st = os.stat(path)
        equal((stat.S_IMODE(st.st_mode), st.st_uid), (0o700, host.ids("alice")[0]), "mode and owner of " + path)
    for name in ("sock", "agent"):
        path = glob.glob(STATE + "/*/%d/%s" % (FIRST, name))[0]
        equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "mode of " + path)
    equal(host.sessions("bob"), [], "what bob sees")


@by_hand
def test_two_windows_get_two(host):
    prepare(host)
    one, two = host.login(), host.login()
    a, b = one.shell_pid(), two.shell_pid()
    check(a != b, "the same shell twice")
    equal([s["id"] for s in host.sessions()], [FIRST, FIRST + 1], "ids")
    host.drop(one)
    host.drop(two, 2)
    pids = [host.login().shell_pid(), host.login().shell_pid()]
    equal(sorted(pids), sorted([a, b]), "the shells after the resume")


@by_hand
def test_monitor_killed(host):
    """sshd's processes of the login are killed: the keeper is none of them."""
    prepare(host)
    t = host.login()
    marked = host.mark(t)
    for pid in host.sshd_of("alice", "monitor") + host.sshd_of("alice", "user"):
        os.kill(pid, 9)
    t.wait_exit()
    host.wait_sessions(1, "dropped")
    marked.same(host.ssh())


@by_hand
def test_ctl(host):
    """What a subsystem is elsewhere: ssh -t host holdfastctl attach."""
    prepare(host)
    t = host.login()
    marked = host.mark(t)
    t.line("holdfastctl new -n work")
    wait_until(lambda: len(host.sessions()) == 2, "the new session")
    t.prompt()
    equal(host.session(name="work")["state"], "attached", "the new session")
    host.drop(t, 2)
    t = host.ssh(options=["-t"], args=["holdfastctl", "attach", str(FIRST)])
    marked.same(t)
    t.kill()
    host.wait_sessions(2, "dropped")
    equal(host.ctl("alice", "kill", "work").returncode, 0, "kill")
    t = host.ssh(options=["-t"], args=["holdfastctl", "attach"])
    marked.same(t)
    t.line("exit 4")
    equal(t.wait_exit(), 4, "the status of ssh")
    r = host.ctl("alice", "attach", "4711", stdin=subprocess.DEVNULL)
    equal(r.returncode, 3, "attach to none")
    t = host.ssh(options=["-t"], args=["holdfastctl", "new"])
    t.prompt()
    equal(t.ask("$HOLDFAST_SESSION"), str(FIRST), "new without anything")


def works_for_scripts(host, program="/usr/bin/holdfastctl"):
    """Titles, send, wait, print, peek, tail, run, record and export, by PROGRAM, in a session that a login begins."""
    def ctl(*args, **kw):
        r = host.as_user("alice", [program, *args], text=True, **kw)
        equal((r.returncode, r.stderr), (0, ""), "holdfastctl %s; it prints %r" % (" ".join(args), r.stdout))
        return r.stdout

    def shows(pid, want):
        wait_until(lambda: title(host, pid) == want, lambda: "the title %s, not %r" % (want, title(host, pid)))
    t = host.login()
    s = json.loads(ctl("ls", "--json"))["sessions"][0]
    one, keeper = str(s["id"]), s["keeper_pid"]
    shows(keeper, "holdfast: alice %s (bash)" % one)
    shows(host.named("holdfast-login")[0], "holdfast: alice %s [login]" % one)
    ctl("wait", one, "--timeout", "20")
    r = Recorder(host, one, CAST, ctl=program)
    r.wait_for(', "o", ')
    ctl("send", one, "--enter", "printf 'sent \\e[31m%s\\e[m\\n' $((6*7)); cat")
    t.wait_for("sent \x1b.31m42")
    # The keeper looks whose the title is when there is output.
    wait_until(lambda: json.loads(ctl("ls", "--json"))["sessions"][0]["program"] == "cat", "cat runs")
    ctl("send", one, "--enter", "x")
    shows(keeper, "holdfast: alice %s (cat)" % one)
    ctl("send", one, "--keys", "C-d")
    ctl("wait", one, "--timeout", "20")
    shows(keeper, "holdfast: alice %s (bash)" % one)
    check("\nsent 42\n" in ctl("print", one), "print: %r" % ctl("print", one))
    check("sent \x1b[0;31m42" in ctl("print", "--ansi", one), "print --ansi: %r" % ctl("print", "--ansi", one))
    check(re.match("session %s: attached, bash, 24x80" % one, ctl("peek", one)), "peek: %r" % ctl("peek", one))
    check("sent 42\n" in ctl("tail", "-n", "20", one), "tail")
    r.wait_for("42")
    r.stop()
    ctl("export", "--overwrite", one, CAST + "2")
    for path in CAST, CAST + "2":
        with open(path, encoding="utf-8") as f:
            head, *more = [json.loads(line) for line in f]
        equal((head["version"], head["width"], head["height"]), (2, 80, 24), "the header of " + path)
        check("sent \x1b[31m42" in "".join(e[2] for e in more if e[1] == "o"), "%s has %s" % (path, more))
    # Out of the session, and over the next program of its keeper.
    two = t.ask("$(%s run -n build -- 'echo built; read x; exit 9')" % program)
    ctl("wait", "build", "--for", "^built$", "--since-start", "--timeout", "20")
    ctl("upgrade", "--force", one)
    shows(keeper, "holdfast: alice %s (bash)" % one)
    check("\nsent 42\n" in ctl("print", one), "print after an upgrade: %r" % ctl("print", one))
    ctl("send", "build", "--enter", "")
    r = host.as_user("alice", [program, "wait", two, "--end"], text=True)
    check(r.returncode in (3, 9), "the end of what run has started: %s" % r)
    t.line("exit 5")
    equal(t.wait_exit(), 5, "the status of ssh")


@by_hand
def test_scripts(host):
    prepare(host)
    works_for_scripts(host)


@by_hand
def test_opt_out(host):
    prepare(host)
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    equal(t.ask("$HOLDFAST_SESSION$HOLDFAST_TICKET"), "", "with LC_HOLDFAST=off")
    equal(host.sessions(), [], "sessions")
    t.line("holdfastctl new")
    wait_until(lambda: host.sessions(), "asked for by hand")


@by_hand
def test_step_aside_for_holdfastd(host):
    """Where the host has holdfast, the user's line does nothing."""
    put_first("/home/alice/.profile", OWN % {"x": "sh"}, host.ids("alice")[:2])
    host.start()
    t = host.login()
    equal(t.ask("$HOLDFAST_SESSION"), "1", "HOLDFAST_SESSION")
    equal(host.session()["vouched"], True, "vouched")
    t2 = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    equal(t2.ask("$HOLDFAST_SESSION"), "", "opted out")


@by_hand
def test_both_are_listed(host):
    """Sessions from before root has installed holdfast stay in reach."""
    prepare(host)
    t = host.login()
    marked = host.mark(t)
    host.drop(t)
    with open("/etc/pam.d/sshd") as f:
        text = f.read()
    write("/etc/pam.d/sshd", PAM_FIRST + text + PAM_LAST)
    host.start_holdfastd()
    t = host.login()
    equal(sorted(s["id"] for s in host.sessions()), [1, FIRST], "ids")
    t.line("holdfastctl attach %d" % FIRST)
    t.wait_for("resumed session")
    marked.same(t)


@by_hand
def test_home_not_writable(host):
    """A plain shell, with the reason."""
    prepare(host)
    uid, gid, _ = host.ids("alice")
    os.makedirs("/home/alice/.local", exist_ok=True)
    os.chmod("/home/alice/.local", 0o555)
    os.chown("/home/alice/.local", uid, gid)
    t = host.login()
    check("this shell is not held" in t.text(), "the login says %r" % t.text()[-200:])
    equal(t.ask("$HOLDFAST_SESSION$HOLDFAST_TICKET"), "", "what is left in the environment")
    os.chmod("/home/alice/.local", 0o755)
    # somebody else's directory in the place of ours
    os.makedirs(STATE + "/%d" % uid)
    t = host.login()
    equal(t.ask("$HOLDFAST_SESSION"), "", "in a directory of root's")


@by_hand
def test_keeper_missing(host):
    prepare(host)
    os.unlink("/usr/libexec/holdfast/holdfast-keeper")
    t = host.login()
    check("this shell is not held" in t.text(), "the login says %r" % t.text()[-200:])
    equal(t.run("true"), 0, "the plain shell")


def pretend_systemd(kills, linger=False):
    os.makedirs("/run/systemd/system", exist_ok=True)
    write("/etc/systemd/logind.conf", "[Login]\nKillUserProcesses=%s\n" % ("yes" if kills else "no"))
    if linger:
        write("/var/lib/systemd/linger/alice", "")


@by_hand
def test_scope_when_lingering(host):
    """The keeper is put into a scope of the user manager; a sick manager costs some seconds and not the shell."""
    prepare(host)
    pretend_systemd(True, linger=True)
    write("/usr/local/bin/systemd-run", "#!/bin/sh\n"
          "[ ! -e /tmp/sick ] || exit 1\n"
          "env >/home/alice/run-env\necho \"$@\" >/home/alice/run-args\n"
          "while [ $# -gt 0 ]; do a=$1; shift; [ \"$a\" = -- ] && break; done\nexec \"$@\"\n", 0o755)
    t = host.login()
    marked = host.mark(t)
    with open("/home/alice/run-args") as f:
        args = f.read()
    check("--user --scope" in args and "holdfast-keeper" in args, "systemd-run got %r" % args)
    with open("/home/alice/run-env") as f:
        env = f.read()
    check("XDG_RUNTIME_DIR=/run/user/" in env and "SSH_" not in env, "its environment is %r" % env)
    host.drop(t)
    marked.same(host.ssh())
    write("/tmp/sick", "")
    t = host.login()
    check(t.ask("$HOLDFAST_SESSION"), "with a sick user manager")


@by_hand
def test_other_shells(host):
    prepare(host)
    for user, path, line, pid in (("dan", ".profile", OWN % {"x": "sh"}, "$$"),
                                  ("zoe", ".zprofile", OWN % {"x": "zsh"}, "$$"),
                                  ("finn", ".config/fish/conf.d/00-holdfast.fish",
                                   "source /usr/share/holdfast/own.fish\n", "$fish_pid"),
                                  ("tom", ".login", "source /usr/share/holdfast/own.csh\n", "$$")):
        try:
            ids = host.ids(user)[:2]
        except KeyError:
            continue
        put_first("/home/%s/%s" % (user, path), line, ids)
        subprocess.run(["chown", "-R", "%d:%d" % ids, "/home/" + user], check=True)
        t = host.login(user)
        first = t.ask(pid)
        equal(t.ask("$HOLDFAST_SESSION"), str(FIRST), "HOLDFAST_SESSION of " + user)
        host.drop(t, user=user)
        t = host.ssh(user)
        equal(t.ask(pid), first, "the shell's pid of %s after the resume" % user)
        t.line("exit 7")
        equal(t.wait_exit(), 7, "the status of ssh for " + user)
        host.wait_none(user)
        r = host.ssh_run(user, args=["echo hello"])
        equal((r.returncode, r.stdout), (0, b"hello\n"), "ssh host cmd of " + user)


@by_hand
@takes_long
def test_installed_into_the_home(host):
    """configure --prefix=~/.local; make install; holdfastctl setup: as the user alone."""
    if not shutil.which("gcc") or not os.access(host.src + "/configure", os.X_OK):
        raise Skip("no compiler, or the source has no configure")
    host.start_sshd()
    for path in glob.glob("/usr/libexec/holdfast/*") + glob.glob("/usr/share/holdfast/*") + ["/usr/bin/holdfastctl"]:
        if os.path.isfile(path):
            os.unlink(path)
    script = ("mkdir ~/b && cd ~/b && %s/configure -q --prefix=$HOME/.local --disable-client CFLAGS=-O0 && "
              "make -s -j2 && make -s install" % host.src)
    r = host.as_user("alice", ["sh", "-c", script], text=True, stdin=subprocess.DEVNULL, timeout=1100)
    equal(r.returncode, 0, "the status of make install (%s)" % (r.stdout + r.stderr)[-600:])
    ctl = "/home/alice/.local/bin/holdfastctl"
    r = host.as_user("alice", [ctl, "setup"], text=True, env={"SHELL": "/bin/bash"})
    equal(r.returncode, 0, "the status of setup (%s)" % (r.stdout + r.stderr))
    t = host.login()
    equal(t.ask("$HOLDFAST_SESSION"), str(FIRST), "HOLDFAST_SESSION")
    pid = t.shell_pid()
    t.kill()
    t = host.login()
    equal(t.shell_pid(), pid, "the shell's pid after the resume")
    t.line("exit 3")
    equal(t.wait_exit(), 3, "the status of ssh")
    works_for_scripts(host, ctl)
