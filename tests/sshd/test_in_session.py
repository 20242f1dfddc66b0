# SPDX-License-Identifier: MIT
"""Sessions that are started out of sessions: holdfastctl run in a held shell, where no login stands behind it."""
import os
import re
import signal
import subprocess

from template import write
from term import check, equal, wait_until
from test_hostile import NOT_INSIDE, PEER, WRAPPERS_ROOT, WRAPPERS_USER, ask, can, install_peer, make_jail
from test_identity import config
from test_scripts import ctl

CONF = "/etc/holdfast/holdfast.conf"
PLAIN = ["-o", "SetEnv=LC_HOLDFAST=off"]
RUN = "$(holdfastctl run -- 'exec sleep 1000' 2>&1)"


def fields(host, event, session):
    """Those of the latest EVENT of a session of that number in the log."""
    def find():
        return host.syslog.find(r"event=%s .* session=%s " % (event, session))
    lines = wait_until(find, "event %s of session %s" % (event, session))
    return dict(re.findall(r'([a-z-]+)=("[^"]*"|\S+)', lines[-1]))


def wait_named(host, name):
    return wait_until(lambda: next((s for s in host.sessions() if s["name"] == name), None), "a session %s" % name)


def test_a_session_out_of_a_session(host):
    """It is the login's that started the first one: key, address, identity; also when that login has gone."""
    t = host.login()
    one = host.session()
    equal(t.ask("$(holdfastctl run -n build -- 'read x; exit 9')"), "2", "what run prints")
    build = host.session(name="build")
    equal((build["id"], build["state"], build["program"] in ("bash", "sh")), (2, "dropped", True), "the session")
    first, second = fields(host, "create", 1), fields(host, "create", 2)
    check("origin" not in first, "the first one has an origin: %s" % first)
    equal(second["origin"], first["unique"], "where it comes from")
    for name in ("user", "uid", "address", "key", "who"):
        equal(second[name], first[name], "the event's " + name)
    # A login with another key has another identity than both; one with the same has not.
    for number in ("1", "build"):
        for key, other in (("key1", None), ("key2", "yes")):
            w = host.ssh(options=["-t", *config(host, "with_" + key, key)], args=["holdfastctl attach -r " + number])
            wait_until(lambda: host.session(id=1 if number == "1" else 2)["attachments"] > (number == "1"), "attached")
            w.kill()
            wait_until(lambda: host.session(id=1 if number == "1" else 2)["attachments"] == (number == "1"), "detached")
    lines = [x for x in host.syslog.find(r"event=(join|resume) .* session=[12] ")]
    equal([(re.search(r"session=(\d)", x).group(1), "other-key=yes" in x) for x in lines],
          [("1", False), ("1", True), ("2", False), ("2", True)], "whose key is another: %s" % lines)
    ctl(host, "send", "build", "-e", "x")
    ctl(host, "wait", "build", "--end", status=9)
    # The login is gone, and then nobody is attached to any of them.
    host.drop(t)
    ctl(host, "send", "1", "-e", "holdfastctl run -n later -- 'holdfastctl run -n last -- sleep 1000; sleep 1000'")
    later, last = wait_named(host, "later"), wait_named(host, "last")
    equal((later["state"], last["state"]), ("dropped", "dropped"), "the sessions")
    for s, of in ((later, first), (last, fields(host, "create", later["id"]))):
        wait_until(lambda s=s, of=of: fields(host, "create", s["id"])["origin"] == of["unique"],
                   "%s comes out of %s" % (s["name"], of))
    # The end of the first one ends none of them.
    ctl(host, "kill", "1")
    equal(sorted(s["name"] for s in host.wait_sessions(2)), ["last", "later"], "what is left")


INHERITED = "$(ulimit -Sn; ulimit -Hn; ulimit -Hc; ulimit -Hu; umask; nice; taskset -p self | sed s/.*://; " \
    "cat /proc/self/oom_score_adj /proc/self/coredump_filter)"


def test_what_it_inherits(host):
    """What a shell of that login has from sshd, and not what the shell has made of that since."""
    t = host.login()
    show = INHERITED.replace("self |", "$$ |")
    want = t.ask(show)
    t.run("ulimit -n 64; ulimit -c 0; umask 027; renice -n 7 $$; echo 500 >/proc/self/oom_score_adj")
    check(t.ask(show) != want, "nothing has changed")
    script = "echo \"is <%s>\"; sleep 1000" % show
    write("/home/alice/show", script + "\n")
    number = t.ask("$(holdfastctl run -- bash ~/show)")
    ctl(host, "wait", number, "--for", ">$", "--since-start", "--timeout", "20")
    got = re.search(r"is <(.*?)>", ctl(host, "print", number), re.S).group(1)
    equal(got.split(), want.split(), "what the new session's command has")
    # The environment is the caller's.
    equal(t.run("ANSWER=42 holdfastctl run -n env -- 'echo answer=$ANSWER; sleep 1000'"), 0, "run")
    ctl(host, "wait", "env", "--for", "^answer=42$", "--since-start", "--timeout", "20")


def inside(t, command):
    """What the peer said whose COMMAND the shell in T has run."""
    return t.ask("$(%s 2>&1 | tail -n 1)" % command)


def test_who_gets_none(host):
    """Processes of the user's that do not come out of a session, and those in one that are confined or are not its own."""
    install_peer(host)
    make_jail()
    for user, wrappers in (("root", WRAPPERS_ROOT), ("alice", WRAPPERS_USER)):
        t = host.login(user)
        equal(inside(t, PEER + "session"), "said FACTS PROGRESS READY", "a plain process in %s's session" % user)
        for what, wrapper in wrappers:
            if "seccomp" in wrapper or can(user, host, wrapper + "/usr/bin/true"):
                equal(inside(t, wrapper + PEER + "session"), "said " + NOT_INSIDE, "%s: %s" % (user, what))
        equal(len(host.sessions(user)), 1, "sessions of " + user)
    # No terminal has been claimed for what that peer asked for.
    wait_until(lambda: len(host.named("holdfast-keeper")) == 2, "only the two keepers")
    # Elsewhere: as cron would, in another login, and with a session's number in the environment.
    r = host.as_user("alice", ["/usr/bin/python3", "/usr/local/lib/peer.py", "session"], text=True)
    equal(r.stdout, "said %s\n" % NOT_INSIDE, "a process from elsewhere")
    equal(ask(host, "alice", PEER + "session"), NOT_INSIDE, "another login")
    r = host.ctl("alice", "run", "sleep 1000", env={"HOLDFAST_SESSION": "1"})
    equal((r.returncode, r.stdout), (1, ""), "run from elsewhere")
    check("comes out of no held session" in r.stderr, "run from elsewhere says %r" % r.stderr)
    r = host.ctl("alice", "run", "sleep 1000")
    equal((r.returncode, r.stdout), (1, ""), "run from elsewhere")
    check("not an ssh login that holdfast knows" in r.stderr, "run from elsewhere says %r" % r.stderr)
    # It has left its parents behind.
    t.line("(setsid sh -c 'sleep 0.3; %s session >~/orphan 2>&1; mv ~/orphan ~/orphan.said' &)" % PEER)
    wait_until(lambda: os.path.exists("/home/alice/orphan.said"), "the orphan's answer")
    equal(open("/home/alice/orphan.said").read(), "said %s\n" % NOT_INSIDE, "an orphan")
    # Another user's process, and that user's of alice's: her own, and not in her own tree any more.
    subprocess.run(["chpasswd"], input="bob:bob-secret\nalice:alice-secret\n", text=True, check=True)
    for user, what in (("bob", "another user's"), ("alice", "behind su")):
        t.line("su %s -c '%s session' >~/su; mv ~/su ~/su.%s" % (user, PEER, user))
        t.wait_for("assword:")
        t.line(user + "-secret")
        wait_until(lambda: os.path.exists("/home/alice/su." + user), "the answer to " + user)
        equal(open("/home/alice/su." + user).read(), "said %s\n" % NOT_INSIDE, what)
    wait_until(lambda: host.syslog.find(r'event=refuse user=alice .*from=session why=not-inside detail="a process of '
                                        r'another user stands between'), "why, in the log")
    # Root's process in alice's session, and the leader's own word, which is for root.
    equal(inside(t, PEER + "origin 1"), "CLOSED", "a leader that is asked by its user")
    equal(len(host.sessions()), 1, "sessions")


def refused(host, t, words, line=None, event="refuse"):
    said = t.ask(RUN)
    check(re.search(words, said.replace("\r\n", "")), "run says %r, and not %r" % (said, words))
    if line:
        wait_until(lambda: host.syslog.find(r"event=%s user=alice .*from=session why=%s" % (event, line)),
                   "%s: %s" % (event, line))
    return said


def test_policy(host):
    """The kill switch, Enable, drain, the limits, and PAM's rules for accounts count; Match goes by the first login."""
    t = host.login()
    key = fields(host, "create", 1)["key"]
    write("/etc/holdfast/disabled", "")
    refused(host, t, "switched off on this host", "disabled", "aside")
    os.unlink("/etc/holdfast/disabled")
    write(CONF, "Match User alice\n  Enable no\n")
    refused(host, t, "switched off for this login", "enable-no", "aside")
    for criterion, held in (("Key %s" % key, False), ("Address 127.0.0.1", False), ("Address 192.0.2.9", True)):
        write(CONF, "Match %s\n  Enable no\n" % criterion)
        if held:
            number = t.ask(RUN)
            check(re.fullmatch(r"\d+", number), "run says %r" % number)
            ctl(host, "kill", number)
            host.wait_sessions(1, None)
        else:
            refused(host, t, "switched off for this login")
    write(CONF, "MaxSessions 1\n")
    refused(host, t, "1 sessions are held already", "limit")
    write(CONF, "MaxSessionsTotal 1\n")
    refused(host, t, "this host holds 1 sessions already", "limit-total")
    os.unlink(CONF)
    subprocess.run(["/usr/bin/holdfastctl", "drain"], check=True, stdout=subprocess.DEVNULL)
    refused(host, t, "maintenance", "drain")
    subprocess.run(["/usr/bin/holdfastctl", "drain", "--off"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["usermod", "-e", "1970-01-02", "alice"], check=True)
    refused(host, t, "PAM refused the session", "pam")
    subprocess.run(["usermod", "-e", "", "alice"], check=True)
    equal(len(host.sessions()), 1, "sessions")
    check(re.fullmatch(r"\d+", t.ask(RUN)), "and then one is started")


def test_the_leader_hangs_or_has_gone(host):
    """Nobody else vouches: the words say so, and nothing waits."""
    t = host.login()
    leader = host.leader_of(host.session())
    os.kill(leader, signal.SIGSTOP)
    refused(host, t, "the leader of session 1 does not answer", "trouble")
    os.kill(leader, signal.SIGCONT)
    host.stop_holdfastd()
    refused(host, t, "holdfastd is not running")
    host.start_holdfastd()
    check(re.fullmatch(r"\d+", t.ask(RUN)), "and then one is started")
    os.kill(leader, signal.SIGKILL)
    host.wait_gone(leader)
    refused(host, t, "comes out of no held session")


def test_many_at_once(host):
    """A leader answers all, though it has room for few at a time."""
    t = host.login()
    t.run("for i in $(seq 16); do holdfastctl run -n n$i -- sleep 1000 >/dev/null & done; wait")
    equal(sorted(s["name"] for s in host.sessions() if s["name"]), sorted("n%d" % i for i in range(1, 17)), "sessions")
