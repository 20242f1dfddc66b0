# SPDX-License-Identifier: MIT
"""By whose rules a held shell lives: those of sshd's PAM service, each module of it as often as is right."""
import collections
import glob
import os
import shutil
import subprocess

from host import RUN
from template import PAM_FIRST, PAM_LAST, write
from term import Skip, check, equal, wait_until

PAM = "/etc/pam.d/sshd"
CONF = "/etc/holdfast/holdfast.conf"
COUNT = "/usr/libexec/holdfast/pam_count.so"
LOG = "/var/log/pam-count"
OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]
# modules that are played by one that counts
PLAYED = ("pam_tty_audit", "pam_namespace", "pam_motd", "pam_mail", "pam_lastlog", "pam_lastlog2", "pam_slow")


def text(path):
    with open(path) as f:
        return f.read()


def played(name):
    """Where a counting module stands in for NAME; beside PAM's own modules, where a path is not needed."""
    where = os.path.dirname((glob.glob("/usr/lib/*/security/pam_permit.so") + glob.glob("/lib/*/security/pam_permit.so")
                             + glob.glob("/usr/lib*/security/pam_permit.so"))[0])
    shutil.copy(COUNT, os.path.join(where, name + ".so"))


def line(name, control="optional", module=None, kind="session", more=""):
    return "%s %s %s.so log=%s name=%s%s\n" % (kind, control, module or "/usr/local/lib/pam_count", LOG, name, more)


def prepare():
    if not os.path.exists(COUNT):
        raise Skip("pam_count was not built")
    shutil.copy(COUNT, "/usr/local/lib/pam_count.so")  # in this world alone: others have theirs mapped
    for name in PLAYED:
        played(name)
    write("/usr/local/bin/count", "#!/bin/sh\necho $PAM_TYPE $PAM_SERVICE $PAM_TTY exec-$1 >>%s\n" % LOG, 0o755)


def stack(more, before=""):
    """sshd's stack with MORE before our last line, and BEFORE behind our first."""
    lines = [x for x in text(PAM).splitlines(True) if "pam_holdfast" not in x]
    write(PAM, PAM_FIRST + before + "".join(lines) + more + PAM_LAST)


def calls():
    """What was called since the last time: (call, service, tty, name)."""
    found = [tuple(x.split()) for x in text(LOG).splitlines()] if os.path.exists(LOG) else []
    write(LOG, "", 0o666)
    return found


def names(found, call, tty=None):
    return dict(collections.Counter(c[3] for c in found if c[0] == call and tty in (None, c[2])))


def opened(host, options=(), **kw):
    """A login up to its prompt, and what was called by sshd and by the leader until then."""
    calls()
    t = host.login(options=options, **kw)
    found = calls()
    sshds = [c for c in found if c[2] == "ssh"]
    return t, sshds, [c for c in found if c[2] != "ssh"]


def test_stack_is_sshds(host):
    """Jumps, nested includes, substacks, a missing module; what prints or runs is for the login alone."""
    prepare()
    write("/etc/pam.d/inner", line("inner") + "session [default=1] pam_permit.so\n" + line("over-the-end")
          + "session substack inner-sub\n" + line("account-here", kind="account") + "-session optional pam_missing.so\n")
    write("/etc/pam.d/inner-sub", "session [success=1 default=ignore] pam_permit.so\n" + line("jumped-in-sub") +
          "session sufficient pam_permit.so\n" + line("behind-the-end-of-sub"))
    write("/etc/pam.d/outer", "@include inner\n" + line("outer") + "session include last\n")
    write("/etc/pam.d/last", line("last") + "session [success=1 default=ignore] pam_permit.so\n")
    stack("session [success=2 default=ignore] pam_succeed_if.so quiet user = alice\n" + line("motd-1", "required", "pam_motd")
          + line("jumped") + line("landed")
          + "session [success=1 default=ignore] pam_exec.so quiet /usr/local/bin/count jump\n"
          + line("lastlog", "required", "pam_lastlog") + line("lastlog2", "sufficient", "pam_lastlog2", more=" fail")
          + "session optional pam_exec.so quiet /usr/local/bin/count plain\n"
          + line("mail", "required", "/usr/libexec/holdfast/../holdfast/pam_count")
          + "session substack inner-sub\nsession substack inner-sub\n@include outer\n" + line("jumped-out-of-an-include")
          + line("tty-audit", "required", "pam_tty_audit") + line("namespace", "required", "pam_namespace")
          + "session [success=ok ignore=ignore module_unknown=ignore default=bad] pam_selinux.so open\n")
    t, sshds, leaders = opened(host)
    host.session(state="attached")
    want = {"landed": 1, "mail": 1, "inner": 1, "outer": 1, "last": 1, "tty-audit": 1, "namespace": 1}
    once = {"motd-1": 0, "lastlog": 0, "lastlog2": 1}
    equal(names(sshds, "open"), {**want, **{k: v for k, v in once.items() if v}}, "modules that sshd has opened")
    equal(names(sshds, "open_session"), {"exec-jump": 1, "exec-plain": 1}, "what sshd has executed")
    equal(names(leaders, "open"), want, "modules that the held session has opened")
    equal(names(leaders, "open_session"), {}, "what was executed for the held session")
    equal({c[1] for c in leaders}, {"sshd"}, "the service")
    check(all(c[2].startswith("/dev/pts/") for c in leaders), "the tty: %s" % leaders)
    t.line("exit")
    t.wait_exit()
    host.wait_none()
    wait_until(lambda: text(LOG).count("close sshd /dev/pts") >= len(want), "the held session is closed")
    closed = [c for c in calls() if c[2] != "ssh"]
    equal(names(closed, "close"), want, "modules that the held session has closed")


def test_sshd_and_leader_run_the_same(host):
    """Of a stack without what is for logins alone, the held session runs what sshd has run, one for one."""
    prepare()
    write("/etc/pam.d/sub", "session [success=1 default=ignore] pam_permit.so\n" + line("never") + line("sub-1")
          + "session requisite pam_permit.so\nsession sufficient pam_permit.so\n" + line("never-too"))
    write("/etc/pam.d/subsub", "session substack sub\n" + line("subsub") + "session [default=done] pam_permit.so\n"
          + line("never-three"))
    stack("session [default=2] pam_permit.so\nsession substack sub\n" + line("jumped") + "session substack subsub\n"
          + "session [default=reset] pam_permit.so\n" + line("a") + "session include /etc/pam.d/over\n" + line("jumped-by-include"), line("first"))
    write("/etc/pam.d/over", line("over") + "session [success=1 default=ignore] pam_permit.so\n")
    t, sshds, leaders = opened(host)
    host.session(state="attached")
    equal(names(leaders, "open"), names(sshds, "open"), "modules of the leader, and of sshd")
    equal(names(leaders, "open"), {"first": 1, "sub-1": 1, "subsub": 1, "a": 1, "over": 1}, "modules")
    t.line("exit")
    t.wait_exit()


def test_credentials_with_sshds_tty(host):
    """pam_group and the like: rules for the service sshd, and its tty."""
    prepare()
    with open("/etc/security/group.conf", "a") as f:
        f.write("sshd;ssh;alice;Al0000-2400;games\n")
    write(PAM, "auth optional pam_group.so\n" + line("cred", kind="auth") + text(PAM))
    t = host.login()
    host.session(state="attached")
    held = t.ask("$(id -Gn)")
    check("games" in held.split(), "the groups are %r" % held)
    found = [c for c in calls() if c[0] == "setcred"]
    equal({c[1:3] for c in found}, {("sshd", "ssh")}, "service and tty of pam_setcred")
    equal(host.login(options=OFF).ask("$(id -Gn)"), held, "the groups of a plain login")


def test_account_rules_by_service(host):
    """Rules that name sshd; and those that sshd has just run are not run again for the login's own shell."""
    prepare()
    stack("")
    write("/etc/pam.d/common-account", "account required pam_succeed_if.so quiet service in sshd:sudo\n"
          + line("account", "required", kind="account") + text("/etc/pam.d/common-account"))
    calls()
    t = host.login()
    host.session(state="attached")
    equal(names(calls(), "account"), {"account": 1}, "account stages")
    check(not [x for x in host.syslog.find("cannot open a PAM session")], "the log has a refusal")
    t.line("holdfastctl new -n more")
    wait_until(lambda: len(host.sessions()) == 2, "holdfastctl new makes a session")
    equal([c for c in calls() if c[0] == "account"], [("account", "sshd", "ssh", "account")], "the account stage of new")


def test_nologin_for_new(host):
    """A session that no login asks for obeys what a login would have to."""
    t = host.login()
    host.session(state="attached")
    write("/etc/nologin", "maintenance\n")
    t.line("holdfastctl new -n more")
    t.wait_for(r"PAM refused the session")
    t.wait_for(r"resumed session 1")
    equal(len(host.sessions()), 1, "sessions")
    os.unlink("/etc/nologin")
    t.line("holdfastctl new -n more")
    wait_until(lambda: len(host.sessions()) == 2, "holdfastctl new makes a session")


def test_refusals_by_pam_are_limited_in_the_log(host):
    """One user who asks for sessions in a loop, and none has a PAM service: the log gets some of the lines."""
    shutil.copy(os.path.join(host.src, "tests/sshd/peer.py"), "/usr/local/lib/peer.py")
    write(CONF, "PamService held\n")
    loop = "for i in $(seq 40); do /usr/bin/python3 /usr/local/lib/peer.py start $HOLDFAST_TICKET; done"
    r = host.ssh_run("alice", args=[loop])
    equal(r.stdout.count(b"REFUSED"), 40, "answers: %r" % r.stdout[:200])
    lines = len(host.syslog.find(r'cannot open a PAM session for "alice"'))
    check(16 <= lines <= 25, "%d lines about 40 refusals" % lines)


def refused(host, why, user="alice"):
    """A plain login that says why, and the log too."""
    t = host.login(user)
    equal(t.ask("$HOLDFAST_SESSION"), "", "HOLDFAST_SESSION")
    check(why in t.text(), "the login does not say %r: %r" % (why, t.text()[:400]))
    wait_until(lambda: host.syslog.find("holdfastd.*cannot open a PAM session.*" + why), "the log says %r" % why)
    t.line("exit 3")
    equal(t.wait_exit(), 3, "the status of ssh")
    equal(host.sessions(user), [], "sessions")


def test_pam_service(host):
    """A file of the site's, as it stands; without it nobody is held, and PAM's "other" is not asked."""
    prepare()
    own = "auth required pam_permit.so\nsession required pam_loginuid.so\n" + line("own")
    own = own.replace("required pam_loginuid", "optional pam_loginuid") + "session optional pam_exec.so quiet /usr/local/bin/count own\n"
    write(CONF, "PamService held\nMatch User bob\nPamSkip pam_slow\n")
    write("/etc/pam.d/other", "auth required pam_permit.so\nsession required pam_permit.so\naccount required pam_permit.so\n")
    refused(host, 'there is no PAM service "held"')
    write("/etc/pam.d/held", own)
    t, _, leaders = opened(host)
    host.session(state="attached")
    equal([c[:2] + c[3:] for c in leaders if c[3] in ("own", "exec-own")],
          [("open", "held", "own"), ("open_session", "held", "exec-own")], "what was run")
    t.line("holdfastctl new -n more")
    t.wait_for("has no account line")
    t.line("exit")
    t.wait_exit()
    host.wait_none()
    write("/etc/pam.d/held", "auth required pam_permit.so\n")
    refused(host, "has no session line")
    os.unlink("/etc/pam.d/held")


def test_pam_skip(host):
    prepare()
    stack(line("slow", "required", "pam_slow") + line("other", "required"))
    write(CONF, "PamSkip pam_slow\n")
    t, sshds, leaders = opened(host)
    host.session(state="attached")
    equal(names(sshds, "open"), {"slow": 1, "other": 1}, "what sshd has run")
    equal(names(leaders, "open"), {"other": 1}, "what the leader has run")
    t.line("exit")
    t.wait_exit()


def test_configuration_is_made_once(host):
    """One directory for all who have the same; another one when a source has changed; not a user's to read."""
    prepare()
    t = host.login()
    first = os.listdir(RUN + "/pam")
    host.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    equal(os.listdir(RUN + "/pam"), first, "after a second session")
    equal([n.partition("-")[0] for n in first], ["sshd"], "directories")
    st = os.stat(RUN + "/pam")
    equal((st.st_uid, st.st_mode & 0o7777), (0, 0o700), "owner and mode")
    made = os.path.join(RUN, "pam", first[0], "sshd")
    inode = os.stat(made).st_ino
    write("/etc/pam.d/common-session", text("/etc/pam.d/common-session") + line("new"))
    calls()
    host.login(options=["-o", "SetEnv=LC_HOLDFAST=newer"])
    equal(len(os.listdir(RUN + "/pam")), 2, "directories after a change")
    check("new" in names(calls(), "open"), "the change has no effect")
    equal(os.stat(made).st_ino, inode, "the file was written anew")
    for word in ("@include", "include ", "pam_holdfast", "pam_motd", "password"):
        check(word not in text(made), "%s is in %s" % (word, text(made)))
    # removed under way: it is made anew
    shutil.rmtree(RUN + "/pam")
    host.login(options=["-o", "SetEnv=LC_HOLDFAST=newest"])
    equal(len(host.sessions()), 4, "sessions")
    t.line("exit")
    t.wait_exit()


def test_sshds_file_missing_or_broken(host):
    """What can't be read is refused; sshd itself has read it before."""
    t = host.login(options=OFF)
    kept = text(PAM)
    for bad, why in ((None, r'there is no PAM service "sshd"'), (kept + "session optionl pam_x.so\n", r"is not a control value")):
        os.unlink(PAM) if bad is None else write(PAM, bad)
        t.line("holdfastctl new -n x")
        t.wait_for(why)
        t.prompt()
    write(PAM, kept)
    equal(host.sessions(), [], "sessions")


def test_audit_login_uid(host):
    """Another one than the login's: no session, whatever the stack."""
    if not os.path.exists("/proc/self/loginuid"):
        raise Skip("no audit in this kernel")
    with open("/proc/self/loginuid") as f:
        if int(f.read()) != 0xffffffff:
            raise Skip("this task's login uid may not be set again")
    write("/etc/pam.d/held", "auth required pam_permit.so\nsession required pam_permit.so\n")
    write(CONF, "PamService held\n")
    refused(host, "audit login uid")


def test_module_in_a_leader(host):
    """With a service of the site's that has the module's lines: the leader is no login."""
    write("/etc/pam.d/held", PAM_FIRST.replace("begin", "begin service=held") + text(PAM).replace(PAM_FIRST, "").replace(
        PAM_LAST, "session required pam_holdfast.so service=held\n"))
    write(CONF, "PamService held\n")
    t = host.login()
    host.session(state="attached")
    equal(len(host.records()), 1, "records")
    ticket = t.ask("$HOLDFAST_TICKET")
    check(ticket in ("", host.records()[0]), "the ticket of the shell is another one: %r" % ticket)
    t.line("exit")
    t.wait_exit()
    wait_until(lambda: not host.records(), "the record is removed")
