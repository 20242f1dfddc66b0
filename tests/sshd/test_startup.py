# SPDX-License-Identifier: MIT
"""What users' start-up files do, and what robots type and send before there is a prompt: as in a login that is not held."""
import re
import shutil

from template import write
from term import check, equal, wait_until

OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]
PROFILE = "/home/alice/.bash_profile"
PROMPTS = "PS1='PROMPT$ '; PROMPT=$PS1; export PS1 PROMPT\n"
# What it is, the file, and what the shell says then: held, and so again after a drop.
KEPT = (
    ("exec of zsh", "exec zsh -f\n", "${ZSH_VERSION:+zsh}", "zsh"),
    ("exec of fish", "exec fish\n", "$FISH_VERSION", r"\d.*"),
    ("tmux, started by SSH_TTY", 'if [ -z "$TMUX" ] && [ -n "$SSH_TTY" ]; then exec tmux -L a new -A -s main; fi\n',
     "${TMUX:+tmux}", "tmux"),
    ("tmux, started by the terminal's name",
     'if [ -z "$TMUX" ] && [ "$(tty)" = "$SSH_TTY" ]; then exec tmux -L b new -A -s main; fi\n', "${TMUX:+tmux}", "tmux"),
    ("set -e, which a command must not fail in", "set -e\nalias x=y\ntrue\nset +e\n", "well", "well"),
    ("a second of work", "sleep 1\n", "well", "well"),
    ("settings and a query", "stty -ixon; printf '\\033[c'; read -rsd c -t 1 A; stty sane\n", "well", "well"),
    ("a shell within", "PS1='PROMPT$ ' bash --norc\n", "well", "well"),
)
# What ends a login ends it with the same status.
ENDING = (("exit", "exit 3\n"), ("a failing set -e", "set -e\nfalse\n"), ("a signal", "kill -9 $$\n"), ("exec", "exec sh -c 'exit 4'\n"))


def profile(host, text):
    write(PROFILE, PROMPTS + text, 0o644, host.ids("alice")[:2])


def test_start_up_files(host):
    for what, text, expression, wanted in KEPT:
        program = what.split()[2] if what.startswith("exec of") else "tmux" if "tmux" in what else "sh"
        if not shutil.which(program):
            continue
        profile(host, text)
        t = host.login()
        answer = t.ask(expression)
        check(re.fullmatch(wanted, answer), "%s: the shell says %r" % (what, answer))
        equal(len(host.sessions()), 1, "sessions with " + what)
        host.drop(t)
        t = host.ssh()
        equal(t.ask(expression), answer, "after a drop, with " + what)
        t.kill()
        host.ctl("alice", "kill", "-a")
        host.wait_none()


def test_question_in_a_start_up_file(host):
    """The login's own shell does not get to it: the question is asked once, and answered by the person."""
    profile(host, "read -p 'your ticket? ' T\n")
    t = host.ssh()
    t.wait_for("your ticket\\? ")
    t.line("abc")
    t.prompt()
    equal(t.ask("$T"), "abc", "the answer")
    equal(t.text().count("your ticket?"), 1, "questions")


def test_start_up_files_that_end_it(host):
    for what, text in ENDING:
        profile(host, text)
        plain, held = host.ssh(options=OFF), host.ssh()
        equal(held.wait_exit(), plain.wait_exit(), "the status of ssh with " + what)
        host.wait_none()


def test_error_in_a_start_up_file(host):
    profile(host, "if then fi (\n")
    shown = []
    for options in (OFF, []):
        t = host.ssh(options=options)
        t.wait_for("syntax error")
        shown.append(t.wait_for(r"\n([^\n]*[$#] )$").group(1))
        t.kill()
    equal(shown[1].split("-")[0], shown[0].split("-")[0], "the prompt")


def test_typed_at_once(host):
    """By a robot that waits for no prompt: nothing is lost, and all of it is run in the held shell."""
    for i in range(4):
        t = host.ssh(options=["-o", "SetEnv=LC_HOLDFAST=robot%d" % i])
        t.send("echo one-$((1+0))\recho two-$((1+1))\recho three-$HOLDFAST_SESSION-\rexit 5\r")
        equal(t.wait_exit(), 5, "the status of ssh")
        for said in ("one-1\r\n", "two-2\r\n"):
            check(said in t.text(), "%r is lost: %r" % (said, t.text()))
        check(re.search(r"three-\d+-\r\n", t.text()), "the last one was not run in the held shell: %r" % t.text())


def test_many_and_large_variables(host):
    """More than AcceptEnv of most sites lets in, all of it as in a plain login."""
    host.configure_sshd("AcceptEnv *\n")
    for what, env in (("many", {"LC_V%03d" % i: "x" * 50 for i in range(100)}), ("a large one", {"LC_BIG": "y" * 60000}),
                      ("one of two lines", {"LC_LINES": "a\nb"}), ("one that is not UTF-8", {"LC_RAW": "gr\udcfc"}),
                      ("an empty one", {"LC_EMPTY": ""})):
        said = []
        for name in ("off", ""):
            t = host.login(options=["-o", "SendEnv=LC_*"], env={**env, "LC_HOLDFAST": name})
            check(bool(t.ask("$HOLDFAST_SESSION")) == (name == ""), "%s with LC_HOLDFAST=%s" % (what, name))
            said.append(t.ask("$(env -0 | grep -z ^LC_ | grep -zv ^LC_HOLDFAST | sort -z | md5sum)"))
            t.line("exit")
            t.wait_exit()
        equal(said[1], said[0], "the variables of a held shell with " + what)
        host.wait_none()


def test_tmout(host):
    """A site's readonly TMOUT ends a held shell as a plain one, also while nobody is there."""
    write("/etc/profile.d/tmout.sh", "readonly TMOUT=2\nexport TMOUT\n")
    plain, held = host.login(options=OFF), host.login()
    equal(held.wait_exit(), plain.wait_exit(), "the status of ssh")
    host.wait_none()
    t = host.login()
    t.kill()
    host.wait_none()


def test_dies_inside_of_a_program(host):
    """The next run of a robot is in the middle of what the last one did; the opt-outs give it a shell of its own."""
    t = host.login()
    t.line("cd /tmp; LEFT=left; PS1='db''> ' sh -i")
    t.wait_for("db> $")
    host.drop(t)
    t = host.login(options=OFF)
    equal(t.ask("$LEFT$PWD"), "/home/alice", "what a robot that has opted out finds")
    t.line("exit")
    t.wait_exit()
    t = host.ssh()
    t.wait_for("db> ")
    t.line("exit")
    t.prompt()
    equal(t.ask("$LEFT$PWD"), "left/tmp", "what one that has not finds")


def test_sizes_at_a_resume(host):
    """Another size than before, and a window manager that changes it while the login is on its way."""
    host.drop(host.login())
    for i in range(6):
        t = host.ssh(size=(30, 90 + i))
        if i:
            # at another moment of the login each time
            wait_until(lambda: t.data or not t.read(0.02 * i), "some time is over")
            t.resize(41, 131 + i)
        wanted = "%d %d" % ((41, 131 + i) if i else (30, 90))
        wait_until(lambda: t.ask("$(stty size)") == wanted, "the terminal's size is " + wanted)
        wait_until(lambda: t.ask("$LINES $COLUMNS") == wanted, "the shell's size is " + wanted)
        host.drop(t)
