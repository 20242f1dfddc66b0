# SPDX-License-Identifier: MIT
"""Several sessions: who gets which."""
from term import check, equal, next_millisecond


def three_dropped(host):
    terms = [host.login() for _ in range(3)]
    pids = [t.shell_pid() for t in terms]
    equal(len(set(pids)), 3, "different shells")
    host.wait_sessions(3, "attached")
    for t in terms:
        t.kill()
    host.wait_sessions(3, "dropped")
    return pids


def test_three_at_the_same_moment(host):
    pids = three_dropped(host)
    for _ in range(3):
        terms = [host.ssh() for _ in range(3)]
        equal(sorted(t.shell_pid() for t in terms), sorted(pids), "shells of three logins at the same moment")
        equal(len(host.sessions()), 3, "sessions")
        for t in terms:
            t.kill()
        host.wait_sessions(3, "dropped")


def test_eight_at_once_three_dropped(host):
    """More logins than dropped sessions: each dropped one once, the others new."""
    pids = three_dropped(host)
    terms = [host.ssh() for _ in range(8)]
    got = [t.shell_pid() for t in terms]
    equal(len(set(got)), 8, "different shells")
    check(set(pids) <= set(got), "dropped shells %s are not all among %s" % (pids, got))
    host.wait_sessions(8, "attached")


def test_live_session_is_never_taken(host):
    t = host.login()
    first = t.shell_pid()
    t2 = host.login()
    check(t2.shell_pid() != first, "a live session was taken")
    equal(t.shell_pid(), first, "the first session's shell")
    host.wait_sessions(2, "attached")


def test_most_recently_used_first(host):
    """Not the one whose drop was noticed last."""
    a, b = host.login(), host.login()
    pid_b = b.shell_pid()
    b.prompt()
    next_millisecond()
    pid_a = a.shell_pid()
    a.prompt()
    host.drop(a, 1)
    host.drop(b, 2)
    equal(host.ssh().shell_pid(), pid_a, "the shell that was used last")
    equal(host.ssh().shell_pid(), pid_b, "the other one")


def test_other_key_gets_its_own(host):
    """People who share an account come back each to their own shell."""
    k2 = ["-F", "/home/laptop/.ssh/config2"]
    with open("/home/laptop/.ssh/config") as f:
        text = f.read().replace("/key1", "/key2")
    with open("/home/laptop/.ssh/config2", "w") as f:
        f.write(text)
    t = host.login()
    first = t.shell_pid()
    host.drop(t)
    t2 = host.login(options=k2)
    second = t2.shell_pid()
    check(second != first, "another key's session was resumed")
    t2.kill()
    host.wait_sessions(2, "dropped")
    equal(host.ssh().shell_pid(), first, "the first key's shell")
    equal(host.ssh(options=k2).shell_pid(), second, "the second key's shell")


def test_password_is_not_the_key(host):
    pw = ["-o", "PreferredAuthentications=password", "-o", "PubkeyAuthentication=no"]

    def by_password():
        t = host.ssh(options=pw)
        t.wait_for("assword:")
        t.line("alice-secret")
        # not earlier: ssh throws away what was typed behind a password
        return t.prompt()
    t = host.login()
    first = t.shell_pid()
    host.drop(t)
    t2 = by_password()
    second = t2.shell_pid()
    check(second != first, "a session of a key was resumed with a password")
    t2.kill()
    host.wait_sessions(2, "dropped")
    equal(by_password().shell_pid(), second, "the password's shell")
    equal(host.ssh().shell_pid(), first, "the key's shell")


def test_named(host):
    work = ["-o", "SetEnv=LC_HOLDFAST=work"]
    t = host.login(options=work)
    pid = t.shell_pid()
    equal(host.session()["name"], "work", "name")
    t2 = host.login()
    check(t2.shell_pid() != pid, "two shells")
    host.drop(t2, 1)
    host.drop(t, 2)
    t2 = host.ssh()
    host.drop(t2, 2)
    equal(host.ssh(options=work).shell_pid(), pid, "the named session, though another was dropped later")
    t3 = host.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    check(t3.shell_pid() != pid, "LC_HOLDFAST=new gives a new one")
    equal(len(host.sessions()), 3, "sessions")


def test_named_takes_over(host):
    """Asked for by name at login: the one attached is detached."""
    work = ["-o", "SetEnv=LC_HOLDFAST=work"]
    t = host.login(options=work)
    marked = host.mark(t)
    t2 = host.ssh(options=work)
    marked.same(t2)
    t.wait_exit()
    equal(host.session()["attachments"], 1, "attachments")


def test_a_name_is_taken_whole(host):
    """One that is too long is refused: cut, it would be another session's."""
    name = "a" * 32
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=" + name])
    pid = t.shell_pid()
    equal(host.session()["name"], name, "name")
    host.drop(t)
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=" + name + "b"])
    check(t.shell_pid() != pid, "the longer name got the session")
    equal(t.ask("$HOLDFAST_SESSION"), "", "a session of a name that there can't be")
    check("at most 32 characters" in t.text(), t.text())
    r = host.ssh(options=["-s", "-o", "SetEnv=LC_HOLDFAST=" + name + "b", "-tt"], args=["resume"])
    r.wait_for("at most 32 characters")
    equal(r.wait_exit(), 1, "status of the subsystem")
    equal(len(host.sessions()), 1, "sessions")


def test_a_name_against_the_rule(host):
    """A login, a rename and new that are refused such a name are told the rule."""
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=.work"])
    check("no session .work; a name has 1 to 32 of" in t.text() and "no '-' or '.' first" in t.text(), t.text())
    equal(len(host.sessions()), 0, "sessions")
    for i, args in enumerate((("rename", "1", ".work"), ("new", "-n", ".work"))):
        t = host.login() if i == 0 else t
        r = host.ctl("alice", *args)
        check(r.returncode != 0 and "no '-' or '.' first" in r.stderr, "%s: %s" % (args, r.stderr))
    equal(host.session()["name"], "", "the name after a refused rename")


def test_a_name_draws_nothing(host):
    for name in ("x\x1b[31m\x07y", "caf\u00e9", "x" * 40 + "\x1b[31m"):
        t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=" + name])
        check("not held" in t.text(), t.text())
        said = t.text().split("holdfast: ")[1].split("not held")[0]
        check(all(" " <= c <= "~" for c in said), "%r is shown as %r" % (name, said))
        r = host.ssh(options=["-s", "-o", "SetEnv=LC_HOLDFAST=" + name, "-tt"], args=["resume"])
        equal(r.wait_exit(), 1, "status of the subsystem")
        said = r.text().split("holdfast: ")[1].rstrip()
        check(all(" " <= c <= "~" for c in said), "%r is shown as %r" % (name, said))


def test_other_users_are_apart(host):
    a, b = host.login("alice"), host.login("bob")
    pid_a, pid_b = a.shell_pid(), b.shell_pid()
    a.kill()
    b.kill()
    host.wait_sessions(1, "dropped", "alice")
    host.wait_sessions(1, "dropped", "bob")
    equal(host.ssh("bob").shell_pid(), pid_b, "bob's shell")
    equal(host.ssh("alice").shell_pid(), pid_a, "alice's shell")


def test_root_too(host):
    t = host.login("root")
    marked = host.mark(t)
    host.drop(t, user="root")
    marked.same(host.ssh("root"))


def test_max_sessions(host):
    with open("/etc/holdfast/holdfast.conf", "w") as f:
        f.write("MaxSessions 2\n")
    terms = [host.login() for _ in range(3)]
    equal(len(host.sessions()), 2, "sessions")
    equal(terms[2].ask("$HOLDFAST_SESSION"), "", "HOLDFAST_SESSION of the third")
    terms[0].line("exit")
    terms[0].wait_exit()
    host.wait_sessions(1, "attached")
    t = host.login()
    check(t.ask("$HOLDFAST_SESSION"), "room again, but no session")
