# SPDX-License-Identifier: MIT
"""A connection is dropped in every way there is: the same shell, job and output are there at the next login."""
import os
import signal
import subprocess
import time

import framed
import world
from framed import Framed
from template import write
from term import check, equal, wait_until

TICKER = """\
#!/bin/sh
i=0
while [ ! -e ~/stop ]; do
	i=$((i + 1))
	echo "tick $i"
	echo $i >~/tick.new && mv ~/tick.new ~/tick
	sleep 0.02
done
echo "ticker-over $i"
"""


def ticks():
    try:
        with open("/home/alice/tick") as f:
            return int(f.read() or 0)
    except FileNotFoundError:
        return 0


def start_ticker(host, t):
    write("/home/alice/ticker", TICKER, 0o755)
    t.line("~/ticker")
    t.wait_for(r"tick 5\r\n")


def held(host, t):
    s = host.session(state="attached")
    equal(t.ask("$HOLDFAST_SESSION"), str(s["id"]), "HOLDFAST_SESSION")
    return s


def drop_and_resume(host, drop, after=None, login=None):
    """The whole story around DROP(host, term)."""
    t = (login or host.login)()
    s = held(host, t)
    marked = host.mark(t)
    equal(s["shell_pid"], marked.pid, "shell_pid of holdfastctl ls")
    start_ticker(host, t)
    drop(host, t)
    host.wait_sessions(1, "dropped")
    before = ticks()
    wait_until(lambda: ticks() > before + 20, "the program runs on while nobody is attached")
    write("/home/alice/stop", "")
    wait_until(lambda: not any(p["cmd"].endswith("/ticker") for p in host.processes()), "the ticker has ended")
    last = ticks()
    if after:
        after(host)
    t2 = (login or host.ssh)()
    t2.wait_for(r"tick %d\r\n" % (last - 1), what="output made while away")
    t2.wait_for(r"ticker-over %d\r\n" % last)
    t2.prompt()
    marked.same(t2)
    check("resumed session" in t2.text(), "no line says that the session was resumed")
    equal(host.session()["state"], "attached", "state")
    with open("/home/alice/.profile-log") as f:
        equal(len(f.readlines()), 1, "times that ~/.profile was read")
    equal(len(host.named("holdfast-keeper")), 1, "keepers")
    t2.line("exit 3")
    equal(t2.wait_exit(), 3, "the status of ssh")
    host.wait_none()


def kill_all(pids, what):
    check(pids, "no " + what)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def test_kill_client(host):
    drop_and_resume(host, lambda h, t: t.kill())


def test_kill_sshd_user_process(host):
    drop_and_resume(host, lambda h, t: kill_all(h.sshd_of("alice", "user"), "user process of sshd"))


def test_kill_sshd_monitor(host):
    def drop(h, t):
        kill_all(h.sshd_of("alice", "monitor"), "monitor of sshd")
        # sshd's user process may live on without its monitor: then the connection does, until the client goes
        t.kill()
    drop_and_resume(host, drop)


def test_tilde_dot(host):
    def drop(h, t):
        t.send("\r~.")
        equal(t.wait_exit(), 255, "the status of ssh after ~.")
    drop_and_resume(host, drop)


def test_close_terminal(host):
    drop_and_resume(host, lambda h, t: t.close())


def test_term_client(host):
    drop_and_resume(host, lambda h, t: t.kill(signal.SIGTERM))


def test_restart_of_sshd(host):
    """Everything of sshd's is killed and started again."""
    def drop(h, t):
        kill_all([h.sshd.pid] + h.sshd_of("alice", "monitor") + h.sshd_of("alice", "user"), "sshd")
        h.sshd.wait()
        t.wait_exit()
    drop_and_resume(host, drop, after=lambda h: h.start_sshd())


def other_network():
    """A second network namespace, joined by a veth pair; its descriptor."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        world.unshare(0x40000000)  # CLONE_NEWNET
        os.write(w, b"x")
        signal.pause()
    os.read(r, 1)

    def ip(*args, inside=False):
        enter = ["nsenter", "-t", str(pid), "-n"] if inside else []
        subprocess.run([*enter, "ip", *args], check=True)
    ip("link", "add", "veth0", "type", "veth", "peer", "name", "veth1")
    ip("link", "set", "veth1", "netns", str(pid))
    ip("addr", "add", "10.99.0.1/24", "dev", "veth0")
    ip("link", "set", "veth0", "up")
    ip("addr", "add", "10.99.0.2/24", "dev", "veth1", inside=True)
    ip("link", "set", "veth1", "up", inside=True)
    return os.open("/proc/%d/ns/net" % pid, os.O_RDONLY | os.O_CLOEXEC)


def test_cut_network(host):
    """With output under way.  sshd's own keepalives do not count then (its poll never times out): TCP gives up."""
    with open("/proc/sys/net/ipv4/tcp_retries2", "w") as f:
        f.write("3")
    net = other_network()

    def login():
        return host.ssh(options=["-o", "HostName=10.99.0.1"], netns=net).prompt()

    def again():
        return host.ssh(options=["-o", "HostName=10.99.0.1"], netns=net)

    def drop(h, t):
        subprocess.run(["ip", "link", "set", "veth0", "down"], check=True)

    def up(h):
        subprocess.run(["ip", "link", "set", "veth0", "up"], check=True)
    logins = iter((login, again))
    drop_and_resume(host, drop, after=up, login=lambda: next(logins)())


def test_cut_network_in_silence(host):
    """Nothing to send: ClientAliveInterval finds out."""
    host.configure_sshd("ClientAliveInterval 1\nClientAliveCountMax 2\n")
    net = other_network()
    options = ["-o", "HostName=10.99.0.1"]
    t = host.login(options=options, netns=net)
    marked = host.mark(t)
    subprocess.run(["ip", "link", "set", "veth0", "down"], check=True)
    host.wait_sessions(1, "dropped")
    subprocess.run(["ip", "link", "set", "veth0", "up"], check=True)
    marked.same(host.ssh(options=options, netns=net))


def test_again_and_again(host):
    t = host.login()
    marked = host.mark(t)
    for _ in range(8):
        host.drop(t)
        t = host.ssh()
        marked.same(t)
    equal(len(host.sessions()), 1, "sessions")
    equal(len(host.named("holdfast-keeper")), 1, "keepers")
    equal(len(host.named("holdfast-login")), 1, "holdfast-login processes")


def test_much_output_while_away(host):
    """More than any ring holds: the program is not blocked, and the end of the output is shown."""
    t = host.login()
    marked = host.mark(t)
    t.line("printf 'wai%s\\n' ting; until [ -e ~/go ]; do sleep 0.05; done; seq 1 3000000; echo seq-over >~/over")
    t.wait_for("waiting")
    host.drop(t)
    write("/home/alice/go", "")
    wait_until(lambda: os.path.exists("/home/alice/over"), "20 MB of output while nobody is attached")
    s = host.session()
    check(s["away_bytes"] > 20000000, "away_bytes is %d" % s["away_bytes"])
    t2 = host.ssh()
    t2.wait_for(r"2999999\r\n3000000\r\n")
    t2.prompt()
    marked.same(t2)


def test_window_size_follows(host):
    t = host.login()
    equal(t.ask("$(stty size)"), "24 80", "size")
    t.resize(30, 90)
    wait_until(lambda: t.ask("$(stty size)") == "30 90", "the new size in the shell", 20)
    host.drop(t)
    t2 = host.ssh(size=(41, 101))
    equal(t2.ask("$(stty size)"), "41 101", "size after the resume")
    equal((host.session()["rows"], host.session()["cols"]), (41, 101), "size in holdfastctl ls")


FULLSCREEN = r"""
import os, signal, time
def draw(*a):
    s = os.get_terminal_size()
    os.write(1, b"\x1b[2J\x1b[HFULLSCREEN drawing %d of %dx%d\x1b[5;5H" % (draw.n, s.lines, s.columns))
    draw.n += 1
draw.n = 1
signal.signal(signal.SIGWINCH, draw)
os.write(1, b"\x1b[?1049h")
draw()
while True:
    time.sleep(3600)
"""


def test_full_screen_program_redraws(host):
    write("/home/alice/full.py", FULLSCREEN)
    t = host.login()
    t.line("/usr/bin/python3 full.py")
    t.wait_for(r"FULLSCREEN drawing 1 of 24x80")
    host.drop(t)
    t2 = host.ssh()
    t2.wait_for(r"FULLSCREEN drawing [1-9] of 24x80", what="the same screen at the same size")
    host.drop(t2)
    t3 = host.ssh(size=(33, 99))
    t3.wait_for(r"FULLSCREEN drawing \d+ of 33x99", what="a redraw at another size")
    t3.send("\x03")
    t3.prompt()


def test_nothing_of_the_login_leaks(host):
    t = host.login(options=["-o", "SetEnv=LC_TESTING=yes"])
    env = host.environ(t.shell_pid())
    for name in ("HOLDFAST_TICKET", "LC_HOLDFAST", "BASH_ENV", "LD_PRELOAD"):
        check(name not in env, "%s is in the held shell" % name)
    for name in ("HOLDFAST_SESSION", "SSH_CONNECTION", "SSH_TTY", "HOME", "USER", "SHELL", "TERM", "PATH"):
        check(name in env, "%s is not in the held shell" % name)
    equal(env.get("LC_TESTING"), "yes", "a variable that the client set")
    fds = sorted(int(n) for n in os.listdir("/proc/%d/fd" % t.shell_pid()))
    equal([n for n in fds if n not in (0, 1, 2, 255)], [], "further descriptors of the shell")
    with open("/proc/%d/status" % t.shell_pid()) as f:
        status = dict(line.split(":\t", 1) for line in f.read().splitlines() if ":\t" in line)
    equal(status["SigBlk"].strip(), "0" * 16, "blocked signals of the shell")
    # 0002 from Debian 13 on, where a user's own group is the reason
    plain = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    equal(t.ask("$(umask)"), plain.ask("$(umask)"), "umask")
    with open("/proc/%d/oom_score_adj" % t.shell_pid()) as f:
        equal(f.read().strip(), "0", "oom_score_adj")


def test_fresh_screen_is_clean(host):
    """A first login shows nothing of ours."""
    t = host.login()
    check("holdfast" not in t.text() and "session" not in t.text(), "a first login printed %r" % t.text())


def switches(pid):
    """How often PID has been put to sleep or been woken up."""
    with open("/proc/%d/status" % pid) as f:
        return sum(int(line.split()[1]) for line in f if "ctxt_switches" in line)


def test_idle_sessions_sleep(host):
    """Nothing of ours wakes up while nothing happens: shells, attached and dropped; commands, running and ended."""
    attached, dropped = host.login(), host.login()
    host.drop(dropped)
    for line in ("exec sleep 600", "true"):
        c = Framed(host)
        c.attach(framed.NEW, flags=framed.PIPES, command=line)
        if line == "true":
            c.wait_end()
        c.kill()
    # one that watches, with a key that nobody reads
    watcher = Framed(host)
    watcher.attach(framed.NEW)
    watcher.ask("$$")
    watcher.watch()
    watcher.line("stty raw -echo; printf 'ra%s' w; exec sleep 600")
    watcher.wait_for("raw")
    watcher.wait_tty("raw modes", unset=framed.ICANON)
    watcher.taken()
    watcher.input(b"k")
    host.wait_sessions(1, "ending")
    sessions = host.wait_sessions(5, None)
    pids = [s["keeper_pid"] for s in sessions] + [host.leader_of(s) for s in sessions] + [host.holdfastd.pid]
    attached.quiet(1.0)
    before = [switches(p) for p in pids]
    time.sleep(4.0)
    equal([switches(p) - b for p, b in zip(pids, before)], [0] * 11,
          "wake-ups of 5 keepers, 5 leaders, holdfastd in 4 s")
