# SPDX-License-Identifier: MIT
"""A held shell begins with what sshd gave the login, on its own terminal, and says nothing twice."""
import os
import shutil
import subprocess
import termios

from template import write
from term import check, equal, wait_until

OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]


def named(name):
    return ["-o", "SetEnv=LC_HOLDFAST=" + name]


def cooked(tty):
    fd = os.open(tty, os.O_RDWR | os.O_NOCTTY)
    try:
        return bool(termios.tcgetattr(fd)[3] & termios.ICANON)
    finally:
        os.close(fd)


def test_ssh_tty_is_the_sessions_own(host):
    """For as long as it lives, and whichever terminals come and go."""
    other = host.login(options=OFF)
    t = host.login()
    tty = t.ask("$(tty)")
    equal(t.ask("$SSH_TTY"), tty, "SSH_TTY")
    host.drop(t)
    t = host.ssh()
    t.prompt()
    t.run('eval "$(holdfastctl env)"')
    equal(t.ask("$SSH_TTY"), tty, "SSH_TTY after a resume and `holdfastctl env`")
    # what is written there comes out here; what is read there is what is typed here
    t.run("printf 'to-%s\\n' tty >$SSH_TTY")
    other.run("true")
    check("to-tty" in t.text() and "to-tty" not in other.text(), "what is written to SSH_TTY went elsewhere")
    t.line("IFS= read -r x <$SSH_TTY; printf 'got-%s\\n' \"$x\"")
    wait_until(lambda: cooked(tty), "the shell's own editor has let go of the terminal")
    t.line("abcdefghij")
    t.wait_for("got-abcdefghij")


def test_set_by_root(host):
    """SetEnv in sshd_config comes behind PAM, in the login and so in the held shell."""
    with open("/etc/environment", "w") as f:
        f.write("SITE_PAM=pam\nSITE_BOTH=pam\nLANG=C\n")
    with open("/etc/pam.d/sshd", "a") as f:
        f.write("session required pam_env.so envfile=/etc/environment\n")
    host.configure_sshd("SetEnv SITE_BOTH=root SITE=root LANG=C.UTF-8 PATH=/site/bin:/usr/bin:/bin TZDIR=/site "
                        "PERL5LIB=/site\n")
    # nothing that is read on the way sets them
    write("/etc/profile.d/zz.sh", "")
    plain = host.login(options=OFF)
    held = host.login()
    check(held.ask("$HOLDFAST_SESSION"), "held")
    was, now = (host.environ(t.shell_pid()) for t in (plain, held))
    for name in ("SITE_PAM", "SITE_BOTH", "SITE", "LANG", "TZDIR", "PERL5LIB"):
        equal(now.get(name), was.get(name), name + " of the held shell")
    equal(now["SITE_BOTH"], "root", "SITE_BOTH")


# Of each login, of each session.
DIFFERS = {"SSH_CLIENT", "SSH_CONNECTION", "SSH_TTY", "XDG_SESSION_ID", "KRB5CCNAME"}
OURS = {"HOLDFAST_SESSION", "HOLDFAST_PLACE", "HOLDFAST_TERM"}
LOGINS = {"HOLDFAST_TICKET", "LC_HOLDFAST"}


def test_same_as_plain(host):
    """What the shells of all kinds have before their start-up files, of which the login's own has read some."""
    write("/etc/environment", "SITE=1\nEDITOR=ed\n")
    with open("/etc/profile") as f:
        text = f.read()
    write("/etc/profile", "export HALF=1 PATH=/half:$PATH EDITOR=vi; unset SITE\n" + text)
    for name in ("/etc/zsh/zshenv", "/etc/csh.cshrc"):
        if os.path.exists(name):
            with open(name, "a") as f:
                f.write("setenv HALF 1\n" if "csh" in name else "export HALF=1\n")
    for user, pid in (("alice", "$$"), ("dan", "$$"), ("zoe", "$$"), ("finn", "$fish_pid"), ("tom", "$$"), ("root", "$$")):
        try:
            host.ids(user)
        except KeyError:
            continue
        both = []
        for options in (OFF, []):
            t = host.login(user, options=["-o", "SetEnv=LC_TIME=C" + (" LC_HOLDFAST=off" if options else "")])
            env = host.environ(int(t.ask(pid)))
            equal("HOLDFAST_SESSION" in env, not options, "the shell of %s is held" % user)
            both.append(env)
        plain, held = both
        equal(set(held) - set(plain), OURS, "what %s has only in a held shell" % user)
        equal(set(plain) - set(held), LOGINS & set(plain), "what %s has only in a plain shell" % user)
        for name in set(plain) & set(held) - DIFFERS:
            equal(held[name], plain[name], "%s of %s" % (name, user))


def test_of_the_user(host):
    """~/.ssh/environment, where the host permits it, whatever is in it."""
    host.configure_sshd("PermitUserEnvironment yes\nExposeAuthInfo yes\n")
    names = ("LD_LIBRARY_PATH", "BASH_ENV", "CDPATH", "MALLOC_ARENA_MAX", "PS4", "GLOBIGNORE", "NLSPATH", "TZDIR")
    write("/home/alice/.ssh/environment", "".join("%s=/nowhere\n" % n for n in names), 0o600, host.ids("alice")[:2])
    t = host.login(options=named("work"))
    env = host.environ(t.shell_pid())
    for name in names:
        equal(env.get(name), "/nowhere", name)
    for name in ("LC_HOLDFAST", "SSH_USER_AUTH", "HOLDFAST_TICKET"):
        check(name not in env, name + " is in the held shell")


def test_home_that_is_not_there(host):
    """sshd says so; once is right."""
    shutil.move("/home/alice", "/home/elsewhere")
    for user in ("alice",):
        subprocess.run(["mkdir", "-p", "/etc/ssh/keys"], check=True)
        write("/etc/ssh/keys/" + user, open("/home/elsewhere/.ssh/authorized_keys").read())
    host.configure_sshd("AuthorizedKeysFile /etc/ssh/keys/%u\n")
    for options in (OFF, []):
        t = host.ssh(options=options)
        t.line("printf 'here-%s[%s]\\n' 1 \"$HOLDFAST_SESSION\"")
        found = t.wait_for(r"here-1\[([^]]*)\]")
        equal(bool(found.group(1)), not options, "held")
        equal(t.text().count("Could not chdir"), 1, "times that it is said with %s in %r" % (options, t.text()))


def test_new_group(host):
    """The line above the screen says that the session has not got it."""
    t = host.login()
    host.drop(t)
    t = host.login()
    check("groups" not in t.text(), "groups are spoken of: %r" % t.text())
    host.drop(t)
    subprocess.run(["groupadd", "later"], check=True)
    subprocess.run(["usermod", "-aG", "later", "alice"], check=True)
    t = host.ssh()
    t.wait_for("resumed session 1 .*without the groups added since")
    check("later" not in t.ask("$(id -Gn)"), "a group that is there after all")
    t.line("exit")
    t.wait_exit()
    host.wait_none()
    check("later" in host.login().ask("$(id -Gn)"), "a new session has it")
