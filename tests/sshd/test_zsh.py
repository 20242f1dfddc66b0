# SPDX-License-Identifier: MIT
"""zsh by the package alone (holdfast-zsh): held; every other zsh, and every program that one runs, is as without."""
import glob
import os
import re
import shutil
import subprocess
import time

from template import LIBEXEC, hook_text, ids, write
from term import Skip, check, equal, wait_until
from test_doctor import doctor
from test_setup import setup

HELPER, LINK, STATE = LIBEXEC + "/holdfast-zsh", "/etc/zsh/zprofile.zwc", "/var/lib/holdfast/zsh"
ZPROFILE, ZSHENV = "/etc/zsh/zprofile", "/etc/zsh/zshenv"
OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]
# What a login's shell is: all of it goes into a file, by the shell's own hand.
DUMP = ("{ print -r -- status $? zero $0; setopt; trap; alias; functions +; typeset -p; env -0 | tr '\\0' '\\n' } "
        ">|/tmp/dump.new 2>&1; command mv /tmp/dump.new /tmp/dump\n")
# Differs from one login to the next.
VARY = re.compile(r"(HOLDFAST_TICKET|SSH_\w+|TTY|XDG_SESSION_ID|SECONDS|EPOCH\w+|RANDOM|PPID|TTYIDLE|_)=.*|\b[0-9a-f]{32}\b"
                  r"|'\$'=\d+|^typeset .*\b(TTY|SECONDS|RANDOM|PPID|TTYIDLE|'\$'|'!'|ERRNO)\b.*", re.M)


def helper(*args, status=0):
    r = subprocess.run([HELPER, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       text=True)
    equal(r.returncode, status, "the status of holdfast-zsh %s (%s)" % (" ".join(args), r.stdout))
    return r.stdout


def stock(more=""):
    """zsh as Debian has it, and MORE in its zprofile; what is in /etc/zsh."""
    if not os.path.exists(ZPROFILE):
        raise Skip("zsh is not installed")
    with open(ZPROFILE) as f:
        write(ZPROFILE, f.read().replace(hook_text("zsh"), "") + more)
    return {p: open(p, "rb").read() for p in glob.glob("/etc/zsh/*")}


def mine(name, text):
    write("/home/zoe/" + name, text, owner=ids("zoe"))


def dump(host, options=()):
    """What a login of zoe's is, as DUMP in a start-up file of hers has written."""
    if os.path.exists("/tmp/dump"):
        os.unlink("/tmp/dump")
    t = host.ssh("zoe", options=options)
    wait_until(lambda: (t.read(0), os.path.exists("/tmp/dump"))[1], "zsh has read its start-up files")
    t.prompt()
    t.line("exit 6")
    equal(t.wait_exit(), 6, "the status of ssh")
    with open("/tmp/dump", errors="replace") as f:
        return VARY.sub("", f.read()), t.text()


def is_held(host, what="the shell"):
    t = host.login("zoe")
    equal(t.ask("$HOLDFAST_SESSION"), str(host.session(user="zoe")["id"]), "HOLDFAST_SESSION of " + what)
    pid = t.ask("$$")
    host.drop(t, user="zoe")
    t = host.ssh("zoe")
    equal(t.ask("$$"), pid, "after a drop, the shell's pid of " + what)
    t.line("exit 7")
    equal(t.wait_exit(), 7, "the status of ssh with " + what)
    host.wait_none("zoe")


def is_plain(host, what, shown=None):
    """A login that is not held reads all start-up files, and the commands of zsh run."""
    mine(".zshrc", "PROMPT='PROMPT$ '\nunsetopt PROMPT_SP\nMINE=read\n")
    t = host.login("zoe")
    equal(t.ask("$HOLDFAST_SESSION-$MINE-$SITE"), "-read-1", "with " + what)
    if shown:
        check(shown in t.text(), "with %s the login shows %r" % (what, t.text()))
    t.line("exit 7")
    equal(t.wait_exit(), 7, "the status of ssh with " + what)
    r = host.ssh_run("zoe", args=["echo $ZSH_VERSION-$MINE"])
    check(re.match(rb"5\S*-\n", r.stdout), "a command with %s: %s" % (what, r))


def test_held(host):
    before = stock()
    equal(helper("add"), "", "what holdfast-zsh says")
    is_held(host)
    equal({p: open(p, "rb").read() for p in before}, before, "the files of zsh's package")
    what, said, fix = doctor(host, "root", "zoe")["hook"]
    check(what == "ok" and LINK in said, "doctor: %s" % said)
    check("nothing to do" in setup("--zsh"), "setup --zsh")
    os.utime(STATE + "/zprofile.zwc", (0, 0))
    what, said, fix = doctor(host, "root", "zoe")["hook"]
    check(what == "problem" and STATE in said and fix, "doctor about an old file: %s" % said)
    subprocess.run(fix.split(), check=True)
    equal(doctor(host, "root", "zoe")["hook"][0], "ok", "after doctor's line")
    os.unlink(STATE + "/zprofile.zwc")
    equal(doctor(host, "root", "zoe")["hook"][0], "problem", "without the file")
    equal(helper("add"), "", "what a second one says")
    later = time.time() + 86400
    os.utime(ZPROFILE, (later, later))
    is_held(host, "the shell after zprofile was changed")
    helper("remove")
    equal(sorted(glob.glob("/etc/zsh/*")), sorted(before), "what is left in /etc/zsh")
    check(not os.path.exists(STATE), "what is left in /var")


def test_what_zprofile_says(host):
    """Edited later, with any text and any time: it is read natively, once, with the $? of ~/.zshenv."""
    stock()
    mine(".zprofile", DUMP)
    mine(".zshenv", "(exit 5)\n")
    for what, text in (("a status", 'SEEN=$?; false\n'),
                       ("typeset", "typeset -g A=1; typeset -i B=2; export C=3; D=4\n"),
                       ("return", "E=1; return 9\nF=2\n"), ("options", "setopt ksh_arrays err_return; G=1; false\n"),
                       ("an alias", "alias xx='H=1'\nxx\n"), ("a syntax error", "I=1\nif then fi (\nJ=2\n"),
                       ("traps and functions", "trap 'echo x' USR1\nf() { print -r -- $0 }; K=$(f)\n"),
                       ("an emulation", "emulate sh -c 'L=$0; . /etc/profile'\n"), ("an empty file", "")):
        helper("remove")
        write(ZPROFILE, text)
        wanted, shown = dump(host, OFF)
        helper("add")
        os.utime(ZPROFILE)
        for when in (1e9, 2e9):
            os.utime(ZPROFILE, (when, when))
            now, said = dump(host, OFF)
            # zprofile's own name, and $? after a text that zsh cannot read
            if what == "an emulation":
                now = now.replace(STATE + "/etc-zprofile", "-zsh")
            elif what == "a syntax error":
                now, wanted = now.partition("\n")[2], wanted[wanted.find("interactive\n"):]
            equal(now, wanted, "a login with %s in zprofile" % what)
            equal(said.count("parse error"), shown.count("parse error"), "errors shown with " + what)
    os.unlink(ZPROFILE)
    now = dump(host, OFF)[0]
    helper("remove")
    equal(now, dump(host, OFF)[0], "a login without a zprofile")


def test_exit_in_zprofile(host):
    stock("exit 3\n")
    helper("add")
    for options in ([], OFF):
        equal(host.ssh("zoe", options=options).wait_exit(), 3, "the status of ssh")
        host.wait_none("zoe")


def outputs(host):
    """What programs say and get that are run by zsh for a client, byte for byte."""
    out = []
    for args in (["env -0 | tr '\\0' '\\n'"], ["tr '\\0' '\\n' </proc/$$/environ"], ["zsh -c 'env -0 | tr \"\\0\" \"\\n\"'"],
                 ["print -l -- $- $0 $fpath ${(k)parameters}; setopt; echo x >&2; exit 4"]):
        r = host.ssh_run("zoe", args=args)
        out.append((args, r.returncode, VARY.sub("", r.stdout.decode()), r.stderr))
    return out


def without_terminal(host):
    """Commands on standard input: a login shell, which reads zprofile."""
    r = host.ssh_run("zoe", args=[], input=b"env -0 | tr '\\0' '\\n'\nsetopt; exit 8\n")
    return r.returncode, VARY.sub("", r.stdout.decode()), r.stderr


def transfers(host):
    """Files that come by scp (both protocols), sftp, rsync and git; what each client said."""
    shutil.rmtree("/tmp/in", ignore_errors=True)
    os.mkdir("/tmp/in")
    os.chmod("/tmp/in", 0o777)
    repository = "/home/zoe/r"
    if shutil.which("git") and not os.path.exists(repository):
        host.as_user("zoe", ["sh", "-c", "git init -q r && cd r && git -c user.name=z -c user.email=z@z "
                             "commit -q --allow-empty -m first"], cwd="/home/zoe")
    ssh = {"GIT_SSH_COMMAND": "ssh -l zoe"}
    said = []
    for tool, argv in (("scp", ["scp", "-q", "zoe@server:.zshrc", "/tmp/in/a"]),
                       ("scp", ["scp", "-q", "-O", "zoe@server:.zshrc", "/tmp/in/b"]),
                       ("sftp", ["sftp", "-q", "-b", "-", "zoe@server"]),
                       ("rsync", ["rsync", "zoe@server:.zshrc", "/tmp/in/c"]),
                       ("git", ["git", "clone", "-q", "server:r", "/tmp/in/d"])):
        if shutil.which(tool):
            r = host.ssh_run(argv=argv, input=b"get .zshrc /tmp/in/e\n" if tool == "sftp" else None, env=ssh)
            said.append((argv, r.returncode, r.stdout, r.stderr))
            equal(r.returncode, 0, "the status of %s (%s)" % (" ".join(argv), r.stderr))
    return said, sorted(os.listdir("/tmp/in"))


def test_commands_are_untouched(host):
    """The compiled file says something, to see whether it is read; the environments are compared byte for byte."""
    stock()
    wanted, script = (outputs(host), transfers(host)), without_terminal(host)
    helper("add")
    equal(without_terminal(host), script, "a login without a terminal")
    equal((outputs(host), transfers(host)), wanted, "with holdfast-zsh")
    with open("/tmp/zprofile", "w") as f:
        f.write("print -u2 READ\n")
    subprocess.run(["zsh", "-f", "-c", "zcompile -UR %s/new.zwc /tmp/zprofile && mv -f %s/new.zwc %s/zprofile.zwc"
                    % (STATE, STATE, STATE)], check=True)
    os.utime(STATE + "/zprofile.zwc", (2e9, 2e9))
    equal((outputs(host), transfers(host)), wanted, "with a compiled file that says something")
    t = host.ssh("zoe")
    t.wait_for("READ")


def test_login_that_is_not_held(host):
    """All variables, options, functions, aliases, traps, and what programs get: the same with and without."""
    stock("SITE=1\n")
    mine(".zlogin", DUMP)
    wanted = dump(host, OFF)
    helper("add")
    equal(dump(host, OFF), wanted, "a login with HOLDFAST off")
    host.stop_holdfastd()
    now = dump(host)[0]
    check("HOLDFAST_SESSION" not in now and "_holdfast" not in now, "a login without holdfastd: %r" % now)


def test_where_start_up_files_are(host):
    """ZDOTDIR of the site's and of the user's, global_rcs and rcs off: as in zsh's manual."""
    stock("SITE=1\n")
    with open(ZSHENV) as f:
        zshenv = f.read()
    helper("add")
    uid = ids("zoe")
    os.mkdir("/home/zoe/dots")
    os.chown("/home/zoe/dots", *uid)
    mine("dots/.zshrc", "PROMPT='PROMPT$ '\nunsetopt PROMPT_SP\nDOTS=read\nautoload -Uz compinit; compinit -u\n")
    for what, site, own in (("the site's", "ZDOTDIR=/home/zoe/dots\n", ""), ("the user's", "", "ZDOTDIR=~/dots\n"),
                            ("the user's, exported", "", "export ZDOTDIR=~/dots\n")):
        write(ZSHENV, zshenv + site)
        mine(".zshenv", own)
        t = host.login("zoe")
        equal(t.ask("$DOTS-$SITE-$ZDOTDIR"), "read-1-/home/zoe/dots", "ZDOTDIR of " + what)
        check(t.ask("$HOLDFAST_SESSION"), "held with ZDOTDIR of " + what)
        wait_until(lambda: os.path.exists("/home/zoe/dots/.zcompdump"), "the dump of compinit is below ZDOTDIR")
        os.unlink("/home/zoe/dots/.zcompdump")
        t.line("exit 2")
        equal(t.wait_exit(), 2, "the status of ssh")
        host.wait_none("zoe")
    write(ZSHENV, zshenv)
    mine(".zshenv", "unsetopt global_rcs\n")
    t = host.login("zoe")
    equal(t.ask("$HOLDFAST_SESSION$SITE"), "", "with global_rcs off")
    t.kill()
    mine(".zshenv", "unsetopt rcs\nPROMPT='PROMPT$ '\n")
    t = host.login("zoe")
    equal(t.ask("$HOLDFAST_SESSION$SITE"), "", "with rcs off")


def test_shells_inside(host):
    """su, sudo, tmux, scripts and shells within read zprofile as without, and are held by nobody."""
    stock('[[ ! -o interactive ]] || echo "SITE-$SHLVL"\nSITE=1\n')
    helper("add")
    t = host.login("zoe")
    number, pid = t.ask("$HOLDFAST_SESSION"), t.ask("$$")
    check(number, "the shell is not held")
    for command in ("zsh -l", "zsh", "exec zsh -l", "zsh -f"):
        t.line(command)
        if command == "zsh -f":
            t.line("PROMPT='PROMPT''$ '")
        t.prompt()
        equal(t.ask("$HOLDFAST_SESSION"), number, "inside of " + command)
        if not command.startswith("exec"):
            t.line("exit")
            t.prompt()
    equal(t.ask("$$"), pid, "the shell's pid in the end")
    for command in ("echo $SITE", "zsh -lc 'echo $SITE'"):
        r = subprocess.run(["su", "-", "zoe", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        equal((r.returncode, r.stdout, r.stderr), (0, "1\n", ""), "su - with " + command)
    if shutil.which("tmux"):
        t.line("tmux -L z new-session 'zsh -l'")
        equal(t.ask("${TMUX:+inside}-$SITE-$HOLDFAST_SESSION"), "inside-1-" + number, "tmux")


def test_frameworks(host):
    """A realistic ~/.zshrc: history, completion and prompts find their files where they were."""
    stock()
    helper("add")
    mine(".zshrc", "HISTFILE=${ZDOTDIR:-$HOME}/.zhist; HISTSIZE=100; SAVEHIST=100; setopt sharehistory\n"
                   "autoload -Uz compinit promptinit add-zsh-hook vcs_info; compinit -u; promptinit\n"
                   "precmd_functions+=(vcs_info); PROMPT='PROMPT$ '; unsetopt PROMPT_SP\n"
                   "zstyle ':completion:*' menu select\n")
    t = host.login("zoe")
    check(t.ask("$HOLDFAST_SESSION"), "the shell is not held")
    equal(t.ask("${+ZDOTDIR}"), "0", "whether ZDOTDIR is set")
    t.line("echo o''nce")
    # typed keys wait in the client, from OpenSSH 9.5 on: before it is killed they have to be there
    t.wait_for("\nonce")
    host.drop(t, user="zoe")
    t = host.ssh("zoe")
    equal(t.ask("${#precmd_functions}"), "1", "hooks of the prompt")
    t.line("exit 0")
    t.wait_exit()
    for name in (".zhist", ".zcompdump"):
        check(os.path.exists("/home/zoe/" + name), name + " is not in the home directory")
    with open("/home/zoe/.zhist", errors="replace") as f:
        check("echo o''nce" in f.read(), "the history")


def test_broken_file(host):
    """Whatever becomes of the files, there is a login with all start-up files; cut short at any byte, too."""
    stock("SITE=1\n")
    helper("add")
    compiled = STATE + "/zprofile.zwc"
    with open(compiled, "rb") as f:
        whole = f.read()

    def put(data):
        with open(compiled, "wb") as f:
            f.write(data)
        os.utime(compiled, (2e9, 2e9))

    for n in range(0, len(whole) // 2, 5):
        put(whole[:n])
        r = subprocess.run(["su", "-", "zoe", "-c", "echo $SITE"], stdin=subprocess.DEVNULL, capture_output=True,
                           text=True)
        equal((r.returncode, r.stdout), (0, "1\n"), "cut short at %d: %s" % (n, r.stderr))
    for what, data in (("no bytes", b""), ("a text", b"echo hello\n" * 300),
                       ("another version", whole.replace(b"5.9\0", b"5.8\0"))):
        put(data)
        is_plain(host, what)
    put(whole)
    os.chmod(compiled, 0)
    is_plain(host, "a file that users cannot read")
    os.chmod(compiled, 0o644)
    os.rename(compiled, compiled + ".away")
    is_plain(host, "a dangling link")
    os.rename(compiled + ".away", compiled)
    os.rename("/usr/share/holdfast/hook.zsh", "/usr/share/holdfast/away")
    is_plain(host, "no hook")
    os.rename("/usr/share/holdfast/away", "/usr/share/holdfast/hook.zsh")
    os.unlink(STATE + "/etc-zprofile")
    t = host.login("zoe")
    equal(t.ask("${HOLDFAST_SESSION:+held}-$SITE"), "held-1", "without the link to zprofile")
    t.line("exit 1")
    t.wait_exit()
    host.wait_none("zoe")
    os.symlink("/etc/passwd", STATE + "/etc-zprofile")
    t = host.login("zoe")
    equal(t.ask("${HOLDFAST_SESSION:+held}-$SITE"), "held-1", "with a link to another file")
    t.line("exit 1")
    t.wait_exit()
    shutil.rmtree("/usr/share/holdfast")
    shutil.rmtree(LIBEXEC)
    is_plain(host, "a package whose files are gone")


def test_whose_link(host):
    """A file of the administrator's is left alone, and a removed link is not brought back; zsh goes, and comes back."""
    before = stock("SITE=1\n")
    write(LINK, "of the site's own\n")
    check("setup --zsh" in helper("add"), "no word about what to do")
    with open(LINK) as f:
        equal(f.read(), "of the site's own\n", "the file")
    helper("remove")
    check(os.path.exists(LINK), "a file of the site's was removed")
    is_plain(host, "a file of the site's")
    os.unlink(LINK)
    helper("add")
    os.unlink(LINK)
    equal(helper("add"), "", "what holdfast-zsh says")
    check(not os.path.lexists(LINK), "the link is there again")
    is_plain(host, "the link removed")
    helper("remove")
    helper("add")
    is_held(host)
    os.chmod("/usr/bin/zsh", 0o600)
    real = os.path.realpath("/bin/zsh")
    os.rename(real, real + ".away")
    equal(helper("add"), "", "what holdfast-zsh says without zsh")
    equal(sorted(glob.glob("/etc/zsh/*")), sorted(before), "what is in /etc/zsh without zsh")
    write(real, "#!/bin/sh\nexit 1\n", 0o755)
    check("not held" in helper("add", status=1), "no word about a zsh that cannot compile")
    equal(sorted(glob.glob("/etc/zsh/*")), sorted(before), "what is in /etc/zsh with a broken zsh")
    os.rename(real + ".away", real)
    os.chmod(real, 0o755)
    helper("add")
    is_held(host)
    helper(status=2)


def test_by_way_of_profile(host):
    """Distributions whose zprofile reads /etc/profile: as a text of Arch's, of Alpine's and of Fedora's kind does."""
    stock()
    for what, text in (("a command", "emulate sh -c 'source /etc/profile'\n"),
                       ("a test", "[ ! -f /etc/profile ] || emulate sh -c '. /etc/profile'\n"),
                       ("a function", "reads() {\n emulate -L ksh\n if [ -f /etc/profile ]; then\n source /etc/profile\n fi\n"
                        "}\nreads\nunset -f reads\n")):
        write(ZPROFILE, text)
        is_held(host, "a zsh that reads /etc/profile by " + what)


def test_not_the_login_shell(host):
    """zsh that another shell or a command has executed is left alone; a user who changes the shell is held by both."""
    stock("SITE=1\n")
    helper("add")
    for user in ("alice", "zoe"):
        write("/home/%s/.zshrc" % user, "PROMPT='PROMPT$ '\nunsetopt PROMPT_SP\n", owner=ids(user))
        t = host.ssh(user, options=["-t"], args=["exec -l zsh"])
        t.prompt()
        equal(t.ask("$HOLDFAST_SESSION-$SITE-${ZSH_VERSION:+zsh}"), "-1-zsh",
              "a command that executes a login shell, of " + user)
        equal(host.sessions(user), [], "sessions of " + user)
        t.line("exit 4")
        equal(t.wait_exit(), 4, "the status of ssh")
    t = host.login("alice")
    first = t.ask("$$")
    host.drop(t)
    subprocess.run(["usermod", "-s", "/usr/bin/zsh", "alice"], check=True)
    t = host.login("alice")
    equal(t.ask("$$"), first, "the shell that was left, after a chsh")
    t.line("exit")
    t.wait_exit()
    host.wait_none()
    t = host.login("alice")
    equal(t.ask("${ZSH_VERSION:+zsh}-${HOLDFAST_SESSION:+held}"), "zsh-held", "the next login after a chsh")
