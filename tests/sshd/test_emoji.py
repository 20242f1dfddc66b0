# SPDX-License-Identifier: MIT
"""Emoji in a prompt, of which terminals say that they are narrower or wider than wcwidth(3) does: a login that was
dropped and resumed in the middle of a line looks as one that never was, also when its person types on, in two judges
that have grapheme clusters.
"""
import screens
from replay import settle
from screens import need, text, wait_like
from term import check

SIZE = (24, 80)
LEFT = "\x1b[D"
PROMPTS = {"heart": "❤️ 1️⃣", "family": "👨‍👩‍👧 🇫🇷", "skin": "👍🏽"}
# How a shell is begun, and what sets its prompt.  fish counts no columns for a skin tone, which wcwidth(3) gives two:
# in the model, as in a terminal without clusters, it writes over its own prompt.
SHELLS = {
    "bash": ("/bin/bash", "bash --norc --noprofile", "PS1='u@h %s > '"),
    "zsh": ("/usr/bin/zsh", "zsh -f", "PS1='u@h %s > '"),
    "fish": ("/usr/bin/fish", "fish --private --no-config", "function fish_prompt; printf 'u@h %s > '; end"),
}
JUDGES = ("graphemes", "ghostty")


def login(host, shell, plain):
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"] if plain else ())
    t.on_read = screens.answer
    t.line("cd; export LC_ALL=C.UTF-8; " + shell)
    settle(t)
    return t


def begin(t, setting):
    """A fresh screen with half a line on it."""
    t.line(setting + "; clear")
    settle(t, 0.3)
    t.send("echo ab")
    settle(t, 0.3)


def go_on(t):
    """Types on, within the line too, and runs the command."""
    t.send("cd" + LEFT * 3 + "X")
    settle(t, 0.3)
    t.send("\r")
    settle(t, 0.3)


def seen_by(judges, t):
    return [j.show(t) for j in judges]


def undisturbed(host, judges, shell, settings):
    """What each judge shows of each prompt before and after typing on, in a login that is never dropped."""
    t, seen = login(host, shell, True), {}
    for name, setting in settings.items():
        begin(t, setting)
        before = seen_by(judges, t)
        go_on(t)
        seen[name] = before, seen_by(judges, t)
        check("aXbcd" in text(seen[name][1][0]), "%s: not typed: %s" % (name, text(seen[name][1][0])))
    t.line("exit")
    t.line("exit")
    t.wait_exit()
    return seen


def resumed(host, judges, shell, settings, wanted):
    t = login(host, shell, False)
    for name, setting in settings.items():
        begin(t, setting)
        host.drop(t)
        t = host.ssh(size=SIZE)
        t.on_read = screens.answer
        t.wait_for("resumed session")
        for judge, screen in zip(judges, wanted[name][0]):
            wait_like(judge, t, screen)
        go_on(t)
        for judge, screen in zip(judges, wanted[name][1]):
            wait_like(judge, t, screen)


def case_of(name):
    path, command, setting = SHELLS[name]

    def case(host):
        need(path)
        judges = [screens.Judge(host.log, j) for j in JUDGES]
        settings = {p: setting % emoji for p, emoji in PROMPTS.items() if (name, p) != ("fish", "skin")}
        wanted = undisturbed(host, judges, command, settings)
        resumed(host, judges, command, settings, wanted)
        for j in judges:
            j.close()
    case.__doc__ = "%s, dropped and resumed with half a line behind each of the prompts." % name
    return case


for _name in SHELLS:
    globals()["test_" + _name] = case_of(_name)
