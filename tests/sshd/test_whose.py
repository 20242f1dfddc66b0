# SPDX-License-Identifier: MIT
"""Whose shell is held: one that sshd itself has executed, and nothing since.  And what it begins with."""
import ctypes
import os
import re
import resource
import shutil

from host import by_hand
from template import run, write
from term import Skip, check, equal, wait_until

OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]
NAMED = ["-o", "SetEnv=LC_HOLDFAST=fr"]
KEYS = "/home/%s/.ssh/authorized_keys"


def forced(host, command, user="alice"):
    """Every key of the user's is forced into COMMAND."""
    path = KEYS % user
    with open(path) as f:
        keys = [line for line in f if line.strip() and not line.startswith("#")]
    write(path, "".join('command="%s",restrict,pty %s' % (command, key) for key in keys), 0o600, host.ids(user)[:2])


def aside(host, text, count=1):
    return wait_until(lambda: len(host.syslog.find(r"holdfastd.*event=aside .*%s" % text)) >= count,
                      "a line that says why: " + text)


def wrapped(host, t, what, words=""):
    """A shell that is somebody's decision: plain, silent (but for WORDS, once), no keeper."""
    equal(t.ask("$HOLDFAST_SESSION"), "", "HOLDFAST_SESSION of " + what)
    equal(t.text().count("holdfast:"), 1 if words else 0, "lines of holdfast's with " + what)
    check(words in t.text(), "%r is not said by %s" % (words, what))
    equal(host.sessions(), [], "sessions of " + what)
    return t


def test_forced_commands(host):
    """The last thing that they do is a shell with a login shell's name."""
    with open(KEYS % "alice") as f:
        keys = f.read()
    for n, command in enumerate(("exec -l /bin/rbash", "exec -a -rbash /bin/rbash", "exec -l bash --norc -r",
                                 "umask 027; exec -l bash", "exec -a -bash /bin/bash", "exec -l /bin/bash")):
        forced(host, command)
        for options in ([], NAMED):
            t = wrapped(host, host.login(options=options), command)
            if "rbash" in command or "-r" in command.split():
                equal(t.ask("$(shopt -q restricted_shell; echo $?)"), "0", "restricted by " + command)
            t.kill()
        write(KEYS % "alice", keys, 0o600, host.ids("alice")[:2])
    aside(host, "PWD in the shell's environment", 4)
    check(host.login().ask("$HOLDFAST_SESSION"), "the key as it was is not held")


def test_force_command_script(host):
    """A site's wrapper that ends in the user's own shell, by whatever shell it is run."""
    write("/usr/local/bin/wrapper", "#!/bin/bash\nexport SITE=yes\nulimit -f 1000\nexec bash -c 'exec -a -bash bash'\n",
          0o755)
    host.configure_sshd("Match User alice\n\tForceCommand /usr/local/bin/wrapper\nMatch all\n")
    t = wrapped(host, host.login(), "ForceCommand", "sshd runs a ForceCommand in place of the login shell")
    equal(t.ask("$SITE $(ulimit -f)"), "yes 1000", "what the wrapper did")


def test_exec_login_shell_of_a_command(host):
    """ssh -t host 'cd DIR && exec -l bash': it does not land in an old session either."""
    t = host.login()
    t.run("MARK=old; cd /")
    host.drop(t)
    for command in ("exec -l bash", "FOO=bar exec -a -bash bash", "exec -l $SHELL", "exec bash -l"):
        t2 = host.login(options=["-t"], args=["cd /var/log && " + command])
        equal(t2.ask("$PWD|$MARK|$HOLDFAST_SESSION"), "/var/log||", "the shell of " + command)
        t2.kill()
    equal(host.session()["state"], "dropped", "the old session")


def test_another_shell_than_the_accounts(host):
    """The account's shell has been exchanged since: doubt, so a plain shell."""
    shutil.copy("/bin/bash", "/usr/local/bin/bash")
    run("usermod", "-s", "/usr/local/bin/bash", "bob")
    t = host.login("bob")
    check(t.ask("$HOLDFAST_SESSION"), "a shell at another place is held")
    t.line("exit")
    t.wait_exit()
    host.wait_none("bob")
    write("/etc/profile.d/00-exchange.sh", "[ -n \"$ONCE\" ] || ONCE=1 exec -a -bash /bin/bash\n")
    equal(host.login("bob").ask("$HOLDFAST_SESSION"), "", "HOLDFAST_SESSION after an exec in a start-up file")


def test_names_that_are_traces(host):
    """Whoever lets PWD in, or sets it, has no proof left: plain shells, and a line."""
    host.configure_sshd("SetEnv PWD=/srv\n")
    equal(host.login().ask("$HOLDFAST_SESSION"), "", "HOLDFAST_SESSION with SetEnv PWD")
    aside(host, "PWD in the shell's environment")
    # Debian's bash exports it in every shell
    host.configure_sshd("AcceptEnv *\n")
    check(host.login(options=["-o", "SetEnv=MINE=1"]).ask("$HOLDFAST_SESSION"), "with any other variable it is held")


def test_rarer_shells(host):
    """ksh93, mksh and busybox ash: fresh from sshd they are held, and behind a command they are not."""
    if os.path.exists("/bin/busybox"):
        os.symlink("/bin/busybox", "/usr/local/bin/ash")
    shells = [s for s in ("/bin/ksh93", "/bin/mksh", "/usr/local/bin/ash") if os.path.exists(s)]
    if not shells:
        raise Skip("none of these shells is installed")
    for name in (".kshrc", ".mkshrc"):
        write("/home/bob/" + name, "PS1='PROMPT$ '\n", owner=host.ids("bob")[:2])
    for shell in shells:
        run("usermod", "-s", shell, "bob")
        t = host.login("bob")
        equal(t.ask("$HOLDFAST_SESSION"), "1", "HOLDFAST_SESSION in " + shell)
        host.drop(t, user="bob")
        t = host.login("bob", options=["-t"], args=["exec bash -c 'exec -a -%s %s'" % (os.path.basename(shell), shell)])
        equal(t.ask("$HOLDFAST_SESSION"), "", "HOLDFAST_SESSION behind a command, in " + shell)
        t.kill()
        t = host.ssh("bob")
        equal(t.ask("$HOLDFAST_SESSION"), "1", "HOLDFAST_SESSION after the resume, in " + shell)
        t.line("exit")
        t.wait_exit()
        host.wait_none("bob")


def test_root(host):
    if not os.path.exists("/root/.ssh/authorized_keys"):
        raise Skip("root can't log in here")
    t = host.login("root")
    check(t.ask("$HOLDFAST_SESSION"), "root's shell is held")


def test_hidepid(host):
    """Others' processes can't be seen: holdfastd looks at them."""
    for level in ("1", "2"):
        run("mount", "-o", "remount,hidepid=" + level, "/proc")
        t = host.login()
        r = host.as_user("alice", ["test", "-r", "/proc/1/stat"])
        check(r.returncode != 0 or level == "1", "hidepid has no effect")
        check(t.ask("$HOLDFAST_SESSION"), "not held with hidepid=" + level)
        marked = host.mark(t)
        host.drop(t)
        t = host.ssh()
        marked.same(t)
        t.line("exit")
        t.wait_exit()
        host.wait_none()
        for user, pid in (("dan", "$$"), ("zoe", "$$"), ("finn", "$fish_pid"), ("tom", "$$")):
            t = host.login(user)
            check(t.ask("$HOLDFAST_SESSION"), "%s is not held with hidepid=%s" % (user, level))
            t.line("exit")
            t.wait_exit()


def test_without_holdfastd_the_proof_is_our_own(host):
    """A daemon that is down: an old session is resumed by a shell of sshd's, and by no other."""
    t = host.login()
    marked = host.mark(t)
    host.drop(t)
    host.stop_holdfastd()
    t2 = host.login(options=["-t"], args=["cd /var/log && exec -l bash"])
    equal(t2.ask("$PWD|$HOLDFAST_SESSION"), "/var/log|", "a shell of a wrapper's")
    t2.kill()
    marked.same(host.ssh())


def test_the_initial_environment(host):
    """What start-up files have done before the hook is no part of it; what sshd gave is."""
    write("/etc/profile.d/00-before.sh",
          "export DONE_BEFORE=1 CHANGED=by-profile\nunset KEPT\nTERM=vt100\nLANG=nowhere\n")
    host.configure_sshd("AcceptEnv CHANGED KEPT LANG\n")
    t = host.login(options=["-o", "SetEnv=CHANGED=by-client KEPT=yes LANG=C.UTF-8"])
    s = host.session()
    first = host.environ(s["shell_pid"])
    equal({n: first.get(n) for n in ("DONE_BEFORE", "LANG", "TERM")},
          {"DONE_BEFORE": None, "LANG": "C.UTF-8", "TERM": "xterm-256color"}, "what the shell began with")
    check(t.ask("$HOLDFAST_SESSION"), "held")


def test_a_large_environment_is_plain(host):
    host.configure_sshd("AcceptEnv V*\n")
    t = host.login(options=["-o", "SetEnv=" + " ".join("V%d=%s" % (i, "x" * 16000) for i in range(5))])
    equal(t.ask("$HOLDFAST_SESSION${#V4}"), "16000", "the session, and the length of a variable")
    equal(host.sessions(), [], "sessions")


def test_a_ticket_of_another_login(host):
    """With one key nobody attaches as another: the ticket's login is not the claimer's."""
    t = host.login(options=OFF)
    ticket = t.ask("$HOLDFAST_TICKET")
    check(len(ticket) == 32, "a ticket")
    held = host.login()
    host.drop(held)
    with open("/home/laptop/.ssh/config") as f:
        write("/home/laptop/.ssh/config2", f.read().replace("/key1", "/key2"))
    other = host.login(options=["-F", "/home/laptop/.ssh/config2"] + OFF)
    shutil.copy(host.src + "/tests/sshd/peer.py", "/tmp/peer.py")
    claim = "python3 /tmp/peer.py claim 1 %s"
    equal(other.ask("$(%s)" % (claim % ticket)), "REFUSED 3", "another login's ticket")
    wait_until(lambda: host.syslog.find(r"event=refuse .*why=not-inside"), "a line about it")
    equal(t.ask("$(%s)" % (claim % ticket)), "CLAIMED", "the ticket's own login")
    # nor does a process that has left its login
    t.run("(setsid sh -c 'while [ \"$(ps -o ppid= -p $$ | tr -d \" \")\" != 1 ]; do :; done; %s >/tmp/said.new; "
          "mv /tmp/said.new /tmp/said' &)" % (claim % ticket))
    wait_until(lambda: os.path.exists("/tmp/said"), "an orphan has asked")
    with open("/tmp/said") as f:
        equal(f.read().strip(), "REFUSED 3", "an orphan")


def surroundings(pid):
    """What a process has inherited, as root sees it."""
    def of(name):
        with open("/proc/%d/%s" % (pid, name)) as f:
            return f.read()
    with open("/proc/%d/limits" % pid) as f:
        limits = f.read()
    return {"umask": re.search(r"^Umask:\s*(\d+)", of("status"), re.M).group(1), "limits": limits,
            "nice": os.getpriority(os.PRIO_PROCESS, pid), "cpus": sorted(os.sched_getaffinity(pid)),
            "policy": os.sched_getscheduler(pid), "oom": of("oom_score_adj").strip(),
            "core filter": of("coredump_filter").strip(), "personality": of("personality").strip(),
            "inheritable": re.search(r"^CapInh:\s*(\w+)", of("status"), re.M).group(1),
            "slack": of("timerslack_ns").strip(), "io": ctypes.CDLL(None).syscall(252, 1, pid)}


def set_inheritable(caps):
    """Of this process, the first 32 capabilities (capset(2))."""
    head = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)()
    libc = ctypes.CDLL(None, use_errno=True)
    equal(libc.syscall(125, head, data), 0, "capget")
    data[2] = caps
    equal(libc.syscall(126, head, data), 0, "capset")


def shell_surroundings(host, t, user="alice"):
    if user == "finn":
        return surroundings(int(t.ask("$fish_pid")))
    return surroundings(t.shell_pid())


@by_hand
def test_surroundings(host):
    """A held shell has what its login's sshd was started with, as a plain one has: limits, nice, CPUs and the rest."""
    host.start_holdfastd()
    before = surroundings(os.getpid())
    os.umask(0o027)
    os.nice(3)
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    ctypes.CDLL(None).syscall(251, 1, 0, 2 << 13 | 6)  # ioprio_set: best effort, 6
    ctypes.CDLL(None).prctl(29, 70000, 0, 0, 0)         # PR_SET_TIMERSLACK
    ctypes.CDLL(None).personality(0x0040000)            # ADDR_NO_RANDOMIZE
    resource.setrlimit(resource.RLIMIT_NOFILE, (777, 888))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 4096))
    resource.setrlimit(resource.RLIMIT_STACK, (4 << 20, 6 << 20))
    set_inheritable(1)                                  # CAP_CHOWN
    with open("/etc/pam.d/common-auth") as f:
        # takes the inheritable capabilities away, where it is installed
        write("/etc/pam.d/common-auth", "".join(line for line in f if "pam_cap.so" not in line))
    for name, value in (("oom_score_adj", "77"), ("coredump_filter", "0x31")):
        with open("/proc/self/" + name, "w") as f:
            f.write(value)
    host.start_sshd()
    for user in ("alice", "root"):
        plain = shell_surroundings(host, host.login(user, options=OFF))
        t = host.login(user)
        check(t.ask("$HOLDFAST_SESSION"), "%s is not held" % user)
        equal(shell_surroundings(host, t), plain, "what %s's held shell has inherited" % user)
        # the harness did change each of them
        equal([n for n in plain if plain[n] == before[n]], [], "surroundings that are as ever")
    keeper = surroundings(host.session()["keeper_pid"])
    equal(keeper["oom"], plain["oom"], "the keeper's OOM score")
    with open("/proc/%d/oom_score_adj" % host.leader_of(host.session())) as f:
        # lower than ever takes CAP_SYS_RESOURCE, which a container's root has not
        check(f.read().strip() in ("-900", before["oom"]), "the leader's OOM score")
