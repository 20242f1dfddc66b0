# SPDX-License-Identifier: MIT
"""The moment between sshd and the held shell: keys, slow PAM, deaths.  A shell in the end, and nothing left over."""
import os
import signal
import termios
import time

from host import takes_long
from template import write
from term import Failed, check, equal, wait_until


def slow_pam(host, seconds):
    write("/usr/local/bin/slow", "#!/bin/sh\necho >>/run/slow-was-here\nexec sleep %s\n" % seconds, 0o755)
    host.held_stack("session optional pam_exec.so /usr/local/bin/slow\n")


def raw(t):
    """Whether the client has its terminal in raw mode: from then on keys go to the server."""
    try:
        return not termios.tcgetattr(t.master)[3] & termios.ICANON
    except termios.error:
        return False


def in_hook(host, t):
    """Waits until holdfast-login of a new login runs; its pid."""
    known = set(host.named("holdfast-login"))

    def probe():
        t.read(0)
        return set(host.named("holdfast-login")) - known if raw(t) else None
    return wait_until(probe, "holdfast-login runs", 30, 0.001).pop()


def settled(host, t, profile_lines):
    """After whatever happened: a working shell, held or not, and not more sessions than shells that are held."""
    number = t.ask("$HOLDFAST_SESSION")
    equal(t.run("true"), 0, "a command")
    check("-echo " not in t.ask("$(stty -a | tr '\\n' ' ')"), "the terminal does not echo")
    equal(t.ask("$(trap)"), "", "traps of the shell")
    with open("/home/alice/.profile-log") as f:
        equal(len(f.readlines()), profile_lines, "times that ~/.profile was read")
    wanted = 1 if number else 0
    wait_until(lambda: len(host.sessions()) == wanted, "sessions: as many as held shells", 90)
    wait_until(lambda: len(host.named("holdfastd")) == 1 + wanted, "no helper or leader is left over", 90)
    wait_until(lambda: len(host.named("holdfast-login")) == wanted, "no holdfast-login is left over", 20)
    equal(len(host.named("holdfast-keeper")), wanted, "keepers")
    return bool(number)


def leave(host, t):
    t.line("exit 5")
    equal(t.wait_exit(), 5, "the status of ssh")
    host.wait_none()


def keys_at_many_moments(host, key):
    for i in range(12):
        t = host.ssh()
        in_hook(host, t)
        time.sleep(i * 0.004)
        t.send(key)
        t.prompt()
        # A key that is read while bash sees to the Ctrl-C before it is lost in bash itself: let it be a blank.
        t.send(" ")
        settled(host, t, i + 1)
        leave(host, t)


def test_ctrl_c_at_any_moment(host):
    keys_at_many_moments(host, b"\x03")


def test_ctrl_z_at_any_moment(host):
    keys_at_many_moments(host, b"\x1a")


def test_ctrl_backslash_at_any_moment(host):
    keys_at_many_moments(host, b"\x1c")


def test_ctrl_c_skips(host):
    slow_pam(host, 50)
    t = host.ssh()
    in_hook(host, t)
    wait_until(lambda: host.named("sleep"), "PAM is being slow")
    t.send("\x03")
    t.prompt()
    sleeping = host.named("sleep")
    check(sleeping, "Ctrl-C did not skip PAM")
    write("/usr/local/bin/slow", "#!/bin/sh\n", 0o755)  # the session's close runs it as well
    for pid in sleeping:
        os.kill(pid, signal.SIGKILL)
    check(not settled(host, t, 1), "the shell is held though it was skipped")
    equal(t.ask("$HOLDFAST_TICKET"), "", "the ticket")
    leave(host, t)


def test_ctrl_z_waits(host):
    """It neither stops nor ends what is under way."""
    slow_pam(host, 2)
    t = host.ssh()
    in_hook(host, t)
    t.send(b"\x1a" * 3)
    t.prompt()
    check(settled(host, t, 1), "the shell is not held")
    leave(host, t)


def test_ctrl_backslash_skips(host):
    slow_pam(host, 3)
    t = host.ssh()
    in_hook(host, t)
    wait_until(lambda: os.path.exists("/run/slow-was-here"), "PAM is being slow")
    t.send(b"\x1c")
    t.prompt()
    check(not settled(host, t, 1), "the shell is held though it was skipped")
    leave(host, t)


def test_typed_ahead(host):
    """What is typed while the hook runs reaches the shell."""
    slow_pam(host, 1)
    t = host.ssh()
    in_hook(host, t)
    t.line("printf 'typed-%s\\n' ahead")
    t.wait_for(r"typed-ahead")


def test_slow_pam(host):
    """3 s are waited for: LoginTimeout is 5 s."""
    slow_pam(host, 3)
    t = host.login()
    check(settled(host, t, 1), "the shell is not held")
    leave(host, t)
    equal(os.path.exists("/run/slow-was-here"), True, "PAM was slow")


@takes_long
def test_pam_that_never_ends(host):
    """A plain shell after LoginTimeout; what hangs is ended in the end."""
    slow_pam(host, 100000)
    start = time.monotonic()
    t = host.login()
    seconds = time.monotonic() - start
    check(seconds > 4, "the plain shell came after %.1f s" % seconds)
    equal(t.ask("$HOLDFAST_SESSION$HOLDFAST_TICKET"), "", "what the shell has of ours")
    check(not settled(host, t, 1), "the shell is held")
    leave(host, t)


def test_pam_says_no(host):
    for line in ("auth required pam_permit.so\nsession required pam_deny.so\n", "session required pam_permit.so\n"):
        host.held_stack(line, "")
        t = host.login()
        equal(t.ask("$HOLDFAST_SESSION$HOLDFAST_TICKET"), "", "what the shell has of ours")
        t.line("exit 5")
        equal(t.wait_exit(), 5, "the status of ssh")
        host.wait_none()
        wait_until(lambda: len(host.named("holdfastd")) == 1, "no leader is left over", 20)


def test_login_killed_at_many_moments(host):
    for i in range(15):
        t = host.ssh()
        pid = in_hook(host, t)
        time.sleep(i * 0.003)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            raise Failed("holdfast-login ended by itself") from None
        # the held shell may have shown a prompt of its own before
        t.wait_for("this shell is not held\r\n")
        t.prompt()
        if t.ask("$HOLDFAST_SESSION"):
            raise Failed("a held shell without holdfast-login")
        # killed after the shell's start, it leaves a dropped session behind; before, none
        wait_until(lambda: not [s for s in host.sessions() if s["state"] != "dropped"], "no session is half made", 20)
        for s in host.sessions():
            host.ctl("alice", "kill", str(s["id"]))
        host.wait_none()
        wait_until(lambda: len(host.named("holdfastd")) == 1, "no helper or leader is left over", 20)
        equal(host.named("holdfast-keeper"), [], "keepers")
        leave(host, t)


def test_login_killed_while_pam_is_slow(host):
    slow_pam(host, 2)
    t = host.ssh()
    pid = in_hook(host, t)
    wait_until(lambda: os.path.exists("/run/slow-was-here"), "PAM is being slow")
    os.kill(pid, signal.SIGKILL)
    t.prompt()
    check(not settled(host, t, 1), "the shell is held")
    leave(host, t)


def test_client_killed_while_pam_is_slow(host):
    slow_pam(host, 2)
    t = host.ssh()
    in_hook(host, t)
    wait_until(lambda: os.path.exists("/run/slow-was-here"), "PAM is being slow")
    t.kill()
    wait_until(lambda: len(host.named("holdfastd")) == 1, "no helper or leader is left over", 20)
    equal(host.sessions(), [], "sessions")
    equal(host.named("holdfast-login"), [], "holdfast-login processes")


def test_holdfastd_that_hangs(host):
    """It accepts and says nothing: a plain shell."""
    os.kill(host.holdfastd.pid, signal.SIGSTOP)
    t = host.login()
    equal(t.ask("$HOLDFAST_SESSION$HOLDFAST_TICKET"), "", "what the shell has of ours")
    os.kill(host.holdfastd.pid, signal.SIGCONT)
    wait_until(lambda: len(host.named("holdfastd")) == 1, "no helper is left over", 20)
    equal(host.sessions(), [], "sessions")
    check(host.login().ask("$HOLDFAST_SESSION"), "the next login is held")


def test_login_that_crashes(host):
    """A holdfast-login that dies at once, or says nonsense."""
    path = "/usr/libexec/holdfast/holdfast-login"
    os.rename(path, path + ".away")
    for n, text in enumerate(("#!/bin/sh\nkill -SEGV $$\n", "#!/bin/sh\nexit 0\n", "#!/bin/sh\necho nonsense >&3\n",
                              "#!/bin/sh\nstty raw -echo </dev/tty\nkill -9 $$\n")):
        write(path, text, 0o755)
        t = host.login()
        settled(host, t, n + 1)
        equal(t.ask("$HOLDFAST_TICKET"), "", "the ticket")
        leave(host, t)
    os.unlink(path)
    os.rename(path + ".away", path)
    check(host.login().ask("$HOLDFAST_SESSION"), "the next login is held")


def test_keeper_that_hangs(host):
    """A dropped session whose keeper does not answer: a new shell, soon; the old one when it answers again."""
    t = host.login()
    marked = host.mark(t)
    host.drop(t)
    keeper = host.session()["keeper_pid"]
    os.kill(keeper, signal.SIGSTOP)
    t2 = host.login()
    check(t2.shell_pid() != marked.pid, "a shell of a stopped keeper")
    os.kill(keeper, signal.SIGCONT)
    host.wait_sessions(1, "dropped")
    marked.same(host.ssh())
