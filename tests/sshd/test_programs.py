# SPDX-License-Identifier: MIT
"""Real programs in a held shell: dropped and resumed, the screen is the one there was, says a judge that is not
ours.

At the same size, cell for cell with modes and cursor.  At another size, what the program draws by itself in a plain
login whose window changes its size.  Started while nobody is attached, a program comes up at once and looks right.
"""
import os
import re

import screens
from replay import settle
from screens import need, text, wait_like
from template import write
from term import check, wait_until

SMALL, LARGE = (24, 80), (40, 120)
ESC = "\x1b"
UP, DOWN = ESC + "OA", ESC + "OB"
BASHRC = "export LESS= LESSHISTFILE=- GIT_PAGER=cat TZ=UTC COLORTERM=truecolor; cd ~/project; PS1='PROMPT$ '\n"
MC_INI = "[Layout]\nmessage_visible=false\nfree_space=false\n"
# Nothing in it moves: no load, no times, and only processes that are there for good.
HTOPRC = """\
fields=0 48 1
sort_key=0
sort_direction=1
header_layout=two_50_50
column_meters_0=Hostname
column_meter_modes_0=2
column_meters_1=Hostname
column_meter_modes_1=2
"""
STILL = "1,$(pgrep -o holdfastd),$(pgrep -o sshd)"
TMUX_CONF = "set -g status-right ''\nset -g status-interval 0\nset -g default-command 'PS1=\"in$ \" sh'\n"


class Program:
    """COMMAND is typed, and when READY (a regular expression) is there, KEYS one by one; the keys LEAVE end it."""

    def __init__(self, path, command, ready, keys=(), leave=()):
        self.path, self.command, self.ready, self.keys, self.leave = path, command, ready, keys, leave


PROGRAMS = {
    "vim": Program("/usr/bin/vim", "vim -i NONE main.c", "QUEUE_MAX",
                   ("/queue\r", ":split wide.txt\r", "\x17j", ":vsplit Makefile\r", "\x17l", "\x04", "V3j", ESC,
                    ":set list cursorline\r"), (":qa!\r",)),
    "nvim": Program("/usr/bin/nvim", "nvim main.c", "QUEUE_MAX",
                    ("/queue\r", ":vsplit wide.txt\r", "\x17l", "G", "ggVj", ESC), (":qa!\r",)),
    "htop": Program("/usr/bin/htop", "htop -p " + STILL, "PID", (DOWN, DOWN), ("q",)),
    "less": Program("/usr/bin/less", "less -R long.log", "queue", (" ", "/slow\r", "n", "j"), ("q",)),
    "mc": Program("/usr/bin/mc",
                  "(rm -rf ~/.cache/mc ~/.local/share/mc; cp ~/mc.ini ~/.config/mc/ini; cd doc; mc -u)", "Quit",
                  (DOWN, DOWN, "\t", DOWN, ESC + "9"), (ESC + ESC, ESC + "0", "\r")),
    "nano": Program("/usr/bin/nano", "nano -l main.c", "QUEUE_MAX", (DOWN, DOWN, ESC + "/", "some new text "),
                    ("\x18", "n")),
    "emacs": Program("/usr/bin/emacs", "emacs -nw -Q main.c", "QUEUE_MAX",
                     ("\x16", "\x182", "\x183", "\x18o", "\x18\x06wide.txt\r", ESC + ">"), ("\x18\x03",)),
    "tmux": Program("/usr/bin/tmux", "tmux -f ~/tmux.conf", "in[$] ",
                    ("ls -l --color\r", "\x02%", "cat main.c\r", '\x02"', "cat wide.txt\r"),
                    ("\x02:", "kill-server\r")),
    "git": Program("/usr/bin/git", "git log --graph --color --decorate", "PROMPT"),
    "gcc": Program("/usr/bin/gcc", "gcc -Wall -Wextra -fdiagnostics-color=always broken.c", "PROMPT"),
    "ls": Program("/usr/bin/ls", "ls -laR --color", "PROMPT"),
    "fish": Program("/usr/bin/fish", "fish --private", "> ", ("ls -l --color doc\r", "echo 'half a line"),
                    ("\x03", "exit\r")),
    "python": Program("/usr/bin/python3", "python3 -q", ">>> ",
                      ("print('x' * 300)\r", "def add(a, b):\r", "    return a + b\r\r", "1/0\r", "add(1, "),
                      ("\x03", "exit()\r")),
}


def furnish(host):
    """alice's home with the project that the captures of tests/screen were made in."""
    need("/usr/bin/git")
    screens.load("world").make_project()
    write("/home/alice/mc.ini", MC_INI)
    os.makedirs("/home/alice/.config/mc", exist_ok=True)
    write("/home/alice/tmux.conf", TMUX_CONF)
    write("/home/alice/.config/htop/htoprc", HTOPRC)
    uid, gid, _ = host.ids("alice")
    for top, dirs, files in os.walk("/home/alice"):
        for name in [*dirs, *files, "."]:
            os.chown(os.path.join(top, name), uid, gid, follow_symlinks=False)


def login(host, plain=False):
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"] if plain else ())
    t.on_read = screens.answer
    t.run(BASHRC.strip())
    return t.prompt()


def play(t, program):
    """Up to where the screen is compared."""
    t.line("clear; " + program.command)
    t.wait_for(program.ready)
    settle(t)
    for k in program.keys:
        t.send(k)
        settle(t, 0.3)


def leave(t, program):
    for k in program.leave:
        t.send(k)
        settle(t, 0.2)
    if program.leave:
        t.prompt()


def resume(host, size):
    t = host.ssh(size=size)
    t.on_read = screens.answer
    t.wait_for("resumed session")
    return t


def drawn_at(host, judge, program):
    """What PROGRAM shows in a plain login when the window goes from SMALL to LARGE."""
    t = login(host, plain=True)
    play(t, program)
    t.resize(*LARGE)
    settle(t)
    seen = judge.show(t)
    leave(t, program)
    t.send("exit\r")
    t.wait_exit()
    return seen


def same_and_larger(host, judge, program):
    wanted = drawn_at(host, judge, program)
    t = login(host)
    play(t, program)
    before = judge.show(t)
    check(sum(row != "| " for row in before["rows"]) > 3, "nothing to compare: " + text(before))
    host.drop(t)
    t = resume(host, SMALL)
    wait_like(judge, t, before)
    host.drop(t)
    t = resume(host, LARGE)
    settle(t)
    wait_like(judge, t, screens.without_links(wanted), links=False)
    leave(t, program)
    t.send("exit\r")
    t.wait_exit()


def case_of(name, program):
    def case(host):
        need(program.path)
        furnish(host)
        judge = screens.Judge(host.log)
        same_and_larger(host, judge, program)
        judge.close()
    case.__doc__ = "%s, dropped and resumed at the same and at another size." % name
    return case


for _name, _program in PROGRAMS.items():
    globals()["test_" + _name] = case_of(_name, _program)


# What is typed before the link dies, and what the program's screen has.
AWAY = {
    "less": (PROGRAMS["less"], "server queue"), "vim": (PROGRAMS["vim"], "queue_put"),
    "nvim": (PROGRAMS["nvim"], "queue_put"), "htop": (PROGRAMS["htop"], "Hostname: server"),
    "fish": (PROGRAMS["fish"], "alice@server"),
}
GO = "/home/alice/go"
WAIT = "clear; until [ -e ~/go ]; do sleep 0.02; done; "


def screen_is_up(host, comm, least):
    """Waits until COMM runs, more than LEAST bytes have come while nobody was attached, and no more come."""
    wait_until(lambda: host.session()["program"] == comm, "%s runs" % comm, 20)
    seen = []

    def still():
        seen.append(host.session()["away_bytes"])
        return len(seen) > 12 and seen[-1] > least and len(set(seen[-12:])) == 1
    wait_until(still, "%s has drawn its screen" % comm)


def drawn_there(host, judge, program):
    """What PROGRAM shows that is started in a plain login."""
    t = login(host, plain=True)
    t.line(WAIT + program.command)
    write(GO, "")
    t.wait_for(program.ready)
    settle(t)
    seen = judge.show(t)
    leave(t, program)
    t.send("exit\r")
    t.wait_exit()
    os.unlink(GO)
    return seen


def started_away(host, judge, program, want, at_once):
    wanted = drawn_there(host, judge, program)
    t = login(host)
    if at_once:
        write(GO, "")
    t.line(WAIT + program.command)
    t.wait_for(re.escape(program.command))
    host.drop(t)
    write(GO, "")
    # what starts at the drop may have drawn all of its screen before it
    screen_is_up(host, os.path.basename(program.path), -1 if at_once else 50)
    t = resume(host, SMALL)
    settle(t)
    seen = judge.show(t)
    check(want in text(seen), "not there: %r in %s" % (want, text(seen)))
    wait_like(judge, t, wanted, 3)
    leave(t, program)


def away_case_of(name, at_once):
    program, want = AWAY[name]

    def case(host):
        need(program.path)
        furnish(host)
        judge = screens.Judge(host.log)
        started_away(host, judge, program, want, at_once)
        judge.close()
    case.__doc__ = "%s, started while nobody is attached." % name
    return case


for _name in AWAY:
    globals()["test_%s_started_while_away" % _name] = away_case_of(_name, False)
    globals()["test_%s_started_at_the_drop" % _name] = away_case_of(_name, True)
