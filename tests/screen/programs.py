# SPDX-License-Identifier: MIT
"""The programs that are captured: argv, and the keys that are typed; a number is a pause in seconds."""
ESC = "\x1b"
UP, DOWN, RIGHT, LEFT = ESC + "OA", ESC + "OB", ESC + "OC", ESC + "OD"
PGDN, PGUP = ESC + "[6~", ESC + "[5~"
F3, F5, F9, F10 = ESC + "OR", ESC + "[15~", ESC + "[20~", ESC + "[21~"
CTRL = {c: chr(ord(c) - 64) for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}

EDITING = ["G", "gg", "/queue\r", "n", "n", "O/* a new line */" + ESC, "yyp", "u", ":%s/int/long/g\r", "u"]

PROGRAMS = {
    "vim": (["vim", "main.c"], EDITING + [
        ":split wide.txt\r", CTRL["W"] + "j", ":vsplit Makefile\r", CTRL["W"] + "l", CTRL["D"], "V5j", ESC,
        ":set list cursorline\r", "zf4j", ":!ls --color\r", "\r", ":hi\r", " ", "q", "i" + "long " * 50 + ESC,
        ":tabnew broken.c\r", CTRL["D"], "gt", ":qa!\r"]),
    "nvim": (["nvim", "main.c"], EDITING + [
        ":vsplit wide.txt\r", CTRL["W"] + "l", CTRL["D"], "ggVG", ESC, ":terminal ls --color\r", 0.5, ":q!\r",
        ":hi\r", " ", "q", "iüber 日本" + ESC, ":qa!\r"]),
    "htop": (["bash", "-c", "sleep 97 & sh -c 'while :; do sleep 0.3; done' & (sleep 98 & sleep 99) & htop -d 5"], [
        1.0, DOWN, DOWN, "t", 1.0, F3 + "sleep\r", ESC, "S", ESC, "\x1b[18~", ESC, ">", ESC, "I", 1.0, "M", F10]),
    "less": (["less", "long.log"], [
        " ", " ", "/slow\r", "n", "n", "G", "g", "j", "j", "k", "-S\r", RIGHT, LEFT, "50%", "?client 9\r", "q"]),
    "man": (["man", "-P", "less", "-l", "doc/queue.1"], [" ", " ", "/number\r", "n", "G", "q"]),
    "mc": (["mc", "-x"], [
        DOWN, DOWN, "\t", DOWN, F3, 0.5, F3, F5, ESC + ESC, F9, RIGHT, DOWN, DOWN, ESC + ESC, CTRL["O"],
        "echo done\r", CTRL["O"], ESC + "t", F10, "\r"]),
    "mc-ascii": (["env", "LANG=C", "mc", "-a", "-x"], [DOWN, "\t", F3, F3, F9, DOWN, ESC + ESC, F10, "\r"]),
    "mc-vt100": (["env", "LANG=C", "TERM=vt100", "mc"], [DOWN, "\t", DOWN, F9, DOWN, ESC + ESC, ESC + "0", "\r"]),
    "nano": (["nano", "-l", "main.c"], [
        DOWN, DOWN, PGDN, PGDN, CTRL["W"] + "queue\r", CTRL["K"], CTRL["U"], "some new text ",
        "\x1f", "3\r", PGUP, CTRL["X"], "n"]),
    "emacs": (["emacs", "-nw", "-Q", "main.c"], [
        CTRL["V"], ESC + "v", CTRL["S"] + "queue", "\r", CTRL["X"] + "2", CTRL["X"] + "3", CTRL["X"] + "o",
        CTRL["X"] + CTRL["F"] + "wide.txt\r", ESC + ">", "new text 日本", CTRL["X"] + "1", ESC + "xmenu-bar-mode\r",
        ESC + "xlist-colors-display\r", CTRL["X"] + "o", CTRL["V"], ESC + "<", CTRL["X"] + CTRL["C"], "!",
        "n", "yes\r"]),
    "dialog": (["bash", "-i"], [
        "dialog --backtitle Settings --menu 'Which one?' 15 50 5 a first b second c 'the third' d last\r", DOWN, DOWN,
        UP, "\r", "dialog --yesno 'Is it so? ↔ 日本' 8 40\r", RIGHT, "\t", "\r",
        "dialog --inputbox 'Say:' 8 40\r", "some text", "\x7f\x7f", ESC, "dialog --textbox main.c 20 60\r", PGDN, PGDN,
        "\r", "dialog --gauge half 8 40 50 </dev/null\r", "exit\r"]),
    "links2": (["bash", "-i"], [
        "links2 doc/queue.html\r", DOWN, DOWN, PGDN, "/number\r", "n", RIGHT, LEFT, ESC, RIGHT, DOWN, DOWN, ESC, "=", "\r",
        "\\", "\\", "q", "\r", "ls\r", "exit\r"]),
    "tmux": (["tmux", "-L", "inner", "-f", "/dev/null", "new"], [
        "ls -l --color\r", CTRL["B"] + "%", "cat main.c\r", CTRL["B"] + '"', "cat wide.txt\r", CTRL["B"] + "o",
        "seq 100\r", CTRL["B"] + "[", CTRL["U"], "q", CTRL["B"] + "c", "git --no-pager log --graph --color\r",
        CTRL["B"] + "w", "q", CTRL["B"] + "t", 1.2, "q", CTRL["B"] + ":kill-server\r"]),
    "tmux-margins": (["tmux", "-L", "inner", "-f", "/dev/null", "new"], [
        "ls -l --color\r", CTRL["B"] + "%", "cat main.c\r", CTRL["B"] + '"', "cat wide.txt\r", CTRL["B"] + "o",
        "seq 100\r", CTRL["B"] + ":kill-server\r"]),
    "git": (["bash", "-i"], [
        "git --no-pager log --graph --color --decorate\r", "git log --graph --color -p\r", " ", " ", "/note\r", "G",
        "q", "git --no-pager log --oneline --color --stat | tail -40\r", "exit\r"]),
    "gcc": (["bash", "-i"], [
        "gcc -Wall -Wextra -fdiagnostics-color=always broken.c\r",
        "gcc -fdiagnostics-color=always -fsyntax-only nothing.c\r", "exit\r"]),
    "ls": (["bash", "-i"], [
        "ls\r", "ls -la --color --hyperlink=always . doc bin\r", "cat wide.txt\r", "cat long.log | head -150\r",
        "printf '%s' {1..100}\r", "printf '\\033[4:3;58;5;9mcurly\\033[m \\033[38;2;255;128;0mrgb\\033[m\\n'\r",
        "echo " + "a very long command line " * 12, CTRL["A"], CTRL["E"], "\x7f\x7f", CTRL["R"] + "cat", CTRL["G"],
        CTRL["C"], "clear\r", "reset\r", "exit\r"]),
    "fish": (["fish"], [
        "ls\r", "ls -", "\t", "\t", "\t", ESC + "[Z", CTRL["C"], "echo a b c | string sp", RIGHT, "\r", UP, UP,
        DOWN, CTRL["C"], "for i in (seq 3)\recho $i\rend\r", "cat wide.txt\r", "echo " + "wrapped " * 40, CTRL["A"],
        CTRL["C"], "exit\r"]),
    "python": (["python3", "-q"], [
        "import os, sys\r", "for i in range(5): print(i, '日本語' * i)\r\r",
        "def add(a, b):\r    'adds'\r    return a + b\r\r", "help(add)\r", "q", "add(1, \t\t", "\x15",
        "1/0\r", "print('x' * 300)\r", UP, UP, "\r", "exit()\r"]),
}
