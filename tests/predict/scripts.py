# SPDX-License-Identifier: MIT
"""The programs that are typed into, and what is typed.

A program's START is run by sh in its home (place.py); MASK are rows whose text differs from run to run.  Behind the
last key the terminal is closed."""
from typist import Commit, Keys, Paste, Raw, Secret, Wait

ENTER = Keys("enter")
THINK = 0.8


class Program:
    def __init__(self, name, start, script, mask=()):
        self.name, self.start, self.script, self.mask = name, start, script, mask


def lines(*commands):
    """Commands to a prompt, with a thought before each."""
    out = []
    for c in commands:
        out += [THINK, *(c if isinstance(c, list) else [c]), ENTER]
    return out


SHELL = lines(
    "ls -l", "cd project", "cat notes.txt", "echo hello there, this is a longer line of text",
    ["grep -n queue main.c ", 0.6, Keys("back back back back back back"), "Makefile"],
    ["git commit -m 'say what it does'", Keys("left left left left left left left left"), " exactly", Keys("C-e")],
    "wc -l main.c notes.txt", "cd ..")
MORE = lines(
    [Keys("up"), 0.3, Keys("up"), 0.3, Keys("C-a"), "nice ", Keys("C-e"), " /etc/hostname"],
    ["echo one two three", Keys("C-w C-w"), "four"],
    ["this is typed and thrown away", Keys("C-u"), "date +%Y >/dev/null"],
    ["ls pro", Keys("tab"), "main.c"])
LONG = lines("echo " + "the quick brown fox jumps over the lazy dog and then " * 2 + "sleeps")
AHEAD = ["sleep 4", ENTER, 0.3, "echo typed ahead", ENTER, Wait(2.0)]
PROSE = ("The keeper reads what the program writes and keeps the last of it in a ring.  A terminal that comes back "
         "gets a picture of the screen, and then goes on at the byte where it was.")

VIM = [
    Raw("i"), PROSE, ENTER, "Another paragraph, with a list:", ENTER, "- first", ENTER, "- second", Keys("esc"), THINK,
    Raw("kk"), Raw("0"), Raw("wwcw"), "line", Keys("esc"), THINK, Raw("A"), " (see below)", Keys("left left left left"),
    "here, ", Keys("esc"), THINK, Raw("dd"), Raw("p"), Raw("u"), Keys("C-r"), Raw("/list"), ENTER, Raw("n"), THINK,
    Raw("R"), "over", Keys("esc"), Raw("x"), Raw(":set number"), ENTER, THINK, Raw("o"),
    "int main(void) { return 0; }", ENTER, "/* and so on */", Keys("back back back"), " */", Keys("esc"), THINK,
    Raw(":%s/and/or/g"), ENTER, THINK, Raw("ggO"), "A title for all of this", Keys("esc"), Raw(":w"), ENTER, THINK]

NANO = [
    PROSE, ENTER, ENTER, "Another paragraph, somewhat shorter.", ENTER, THINK, Keys("up up up"), Keys("home"),
    "Once more: ", Keys("end"), " Really.", THINK, Keys("C-k"), Keys("C-u"),
    Keys("left left left left left", held=True),
    "in the middle ", Keys("back back back back"), THINK, Keys("C-w"), Raw("keeper"), ENTER, THINK, "house",
    Keys("del del del"),
    Keys("down down down"), "the end of it", ENTER, "and one more line for the road"]

STATUS = (22,)  # shows the column, or not where keys come fast

EMACS = [
    PROSE, ENTER, ENTER, "Another paragraph, somewhat shorter.", ENTER, THINK, Keys("C-p C-p C-p"), Keys("C-a"),
    "Once more: ", Keys("C-e"), " Really.", THINK, Keys("C-s"), Raw("once"), ENTER, THINK, Keys("M-f M-f"), " new",
    Keys("C-k"), Keys("C-y"), Keys("M-<"), "A title", ENTER, THINK, Keys("M-x"), Raw("auto-fill-mode"), ENTER, THINK,
    Keys("M->"), "int main(void) { return 0; }", ENTER, "and so on, to the end of the page and back again"]

PYTHON = lines(
    "import os, sys", "x = [n * n for n in range(10)]", "x", "print('hello', len(x), sum(x))",
    ["def add(a, b):", ENTER, "    return a + b", ENTER], "add(3, 4)",
    ["sys.version_info.majr", Keys("left"), "o", Keys("end")], "os.getpid() > 1",
    [Keys("up up up"), 0.4, Keys("back back"), "39)"], "' '.join(str(n) for n in x)", "{'a': 1, 'b': [2, 3]}['b'][0]")
NODE = lines(
    "const x = [1, 2, 3, 4]", "x.map(n => n * n)", "let s = 'hello' + ' there'", "s.length",
    "function add(a, b) { return a + b }", "add(3, 4)", ["s.toUpperCase", Keys("left left left"), Keys("end"), "()"],
    "Math.max(...x)", "new Map([['a', 1]]).get('a')", [Keys("up up"), 0.4, Keys("back back back back"), "b')"])


def sql(create):
    return lines(
        create + " person (id integer primary key, name text);", "insert into person values (1, 'Ada'), (2, 'Grace');",
        "select * from person;",
        ["select nme from person where id = 2;", Keys("home wordright right right"), "a", Keys("end")],
        "select count(*) from person;", [Keys("up up"), 0.4, Keys("back back back"), " 1;"],
        "update person set name = 'Barbara' where id = 1;", "select name, length(name) from person order by name;")


SECRET = "Zq7-Xk.QW9vJ"


def prompts(tool, answer, verdict=1.0, before="echo before it", after="echo and after it, as ever"):
    """An ordinary line, a question for a password by TOOL that takes VERDICT seconds to judge it, an ordinary line."""
    return lines(before) + [THINK, tool, ENTER, Wait(1.2), Secret(answer), ENTER, Wait(verdict)] + lines(after)


PROGRAMS = (
    Program("bash", "exec bash --rcfile bashrc -i", SHELL + MORE + LONG + AHEAD),
    Program("dash", "exec dash -i", lines(
        "ls -l", "cd project", "cat notes.txt", "echo hello there, this is a longer line of text",
        ["grep -n queue main.c ", 0.6, Keys("back back back back back back back"), " Makefile"],
        ["echo one two three", Keys("C-w C-w"), "four"], ["this is typed and thrown away", Keys("C-u"), "true"],
        ["echo lit", Keys("C-v C-a"), "eral"], "wc -l main.c notes.txt", "cd ..",
        ["echo a", Keys("tab tab"), "b", Keys("back back"), "c"]) + LONG + AHEAD),
    Program("zsh", "export ZDOTDIR=$PWD/zsh; exec zsh -i", SHELL + MORE + [
        THINK, "echo hello th", 0.5, Keys("right"), ENTER, THINK, "cat no", 0.5, Keys("right"), ENTER] + AHEAD),
    Program("fish", "exec fish -i", SHELL + lines(
        [Keys("up up"), 0.4, Keys("C-a"), "nice ", Keys("C-e")], ["echo one two three", Keys("C-w C-w"), "four"],
        ["this is typed and thrown away", Keys("C-u"), "true"]) + [
        THINK, "echo hello th", 0.5, Keys("right"), ENTER, THINK, "cat no", 0.5, Keys("right"), ENTER] + AHEAD),
    Program("ahead", "exec bash --rcfile bashrc -i", lines("ls -l") + AHEAD + lines("echo a usual line") + AHEAD + [
        THINK, "cat", ENTER, THINK, "words that the kernel shows", Keys("back back back"), "ed", ENTER,
        "and a second line", Keys("C-w"), "row", ENTER, THINK, Keys("C-d"), THINK] + AHEAD),
    Program("vim", "exec vim -u vimrc text.txt", VIM, STATUS),
    Program("nvim", "exec nvim -u vimrc text.txt", VIM, STATUS),
    Program("nano", "exec nano text.txt", NANO),
    # it does not compile its own files meanwhile
    Program("emacs", "exec emacs -nw -Q --eval '(setq native-comp-deferred-compilation nil)' text.txt", EMACS, STATUS),
    Program("python", "exec python3 -q", PYTHON),
    Program("node", "exec node", NODE),
    Program("sqlite3", "exec sqlite3 -init /dev/null", sql("create table")),
    Program("psql", "export PAGER=cat PSQL_HISTORY=/dev/null; exec psql -q -h /run/predict -U postgres postgres",
            sql("create temp table")),
    Program("less", "exec less project/long.log", [
        THINK, Raw(" "), THINK, Raw(" "), THINK, Raw("/slow"), ENTER, THINK, Raw("n"), 0.4, Raw("n"), THINK, Raw("G"),
        THINK, Raw("g"), 0.5, Raw("jjjj"), 0.5, Raw("kk"), THINK, Raw("?client 9"), ENTER, THINK, Raw("100g"), THINK,
        Raw("/request 12"), Keys("back back"), Raw("300"), ENTER, THINK, Raw("&queue"), ENTER, THINK, Raw("-S"), ENTER,
        THINK, Raw("50p"), THINK, Keys("right left"), Raw("/took [0-9]* ms and"), ENTER, THINK, Raw("n"), THINK,
        Raw("b"), THINK] * 2),
    Program("htop", "exec htop -d 20 -u postgres", [
        THINK, Keys("down down down"), THINK, Keys("f4"), 0.5, Raw("checkpointer"), ENTER, THINK, Keys("f4"), 0.3,
        Keys("back back back back back back back back back back back back"), "writer", ENTER, THINK, Keys("f3"), 0.4,
        Raw("back"), ENTER, THINK, Keys("f4"), 0.3, Keys("back back back back back back"), ENTER, THINK, Raw("t"),
        THINK, Raw("M"), THINK, Keys("f3"), 0.4, Raw("launcher"), Keys("esc"), Wait(1.0), Raw("/"), Raw("logical"),
        ENTER, THINK],
        mask=tuple(range(0, 23))),
    Program("mc", "exec mc -x -b project project", [
        Wait(1.0), THINK, "ls -l main.c", ENTER, Wait(0.5), Keys("down down down"), THINK, "echo hello there",
        Keys("back back back back back"), "you", ENTER, Wait(0.5), Keys("tab"), THINK, Keys("f7"), 0.6, "a new folder",
        Keys("back back back back back back"), "place", ENTER, Wait(0.5), THINK, "cat notes.txt | head -3", ENTER,
        Wait(0.5), Keys("C-o"), Wait(0.5), "echo behind the panels", ENTER, Wait(0.5),
        Keys("C-o"), Wait(0.5), "wc -l long.log", ENTER, Wait(0.5)], mask=(0, 1)),
    Program("tmux", "exec tmux -L predict-$$ -f tmux.conf new 'bash --rcfile bashrc -i'", SHELL + [
        Keys("C-b"), Raw("%"), Wait(1.0)] + lines("echo in the right half", "cat notes.txt") + [
        Keys("C-b"), Raw("o"), THINK, "echo in the left half of it", ENTER, THINK]),
    Program("screen", "mkdir -m 700 screens; export SCREENDIR=$PWD/screens\n"
            "exec screen -c screenrc bash --rcfile bashrc -i", [Wait(1.0)] + SHELL + MORE),
    Program("ssh", "exec ssh -F ssh_config further", [Wait(2.0)] + SHELL + MORE + AHEAD),
    Program("sudo", "exec bash --rcfile bashrc -i", lines("echo before it") + [
        THINK, "sudo -k id -u", ENTER, Wait(1.2), Secret(SECRET), ENTER, Wait(3.5), Secret("alice-secret"), ENTER,
        Wait(1.0)] + lines("echo that was root", "ls -l") + prompts("su bob", SECRET, 3.0)
        + lines("echo all the same")),
    Program("passwd", "exec bash --rcfile bashrc -i", prompts("passwd", SECRET, 4.0) + lines("echo not changed") + [
        THINK, "ssh -F ssh_config ask", ENTER, Wait(1.5), Secret(SECRET), ENTER, Wait(3.0), Secret(SECRET), ENTER,
        Wait(3.0), Keys("C-c"), Wait(1.0)] + lines("echo and back here", "ls -l")),
    Program("bash-read", "exec bash --rcfile bashrc -i", prompts("read -s word", SECRET) + prompts(
        "read -sp 'Password: ' word", SECRET) + prompts("stty -echo; head -n 1 >/dev/null; stty echo", SECRET)
        + lines("read word", "this is seen", "echo $word")
        + prompts("python3 -c 'import getpass; getpass.getpass()'", SECRET)),
    Program("zsh-read", "export ZDOTDIR=$PWD/zsh; exec zsh -i", prompts("read -s word", SECRET) + prompts(
        "read -s 'word?Password: '", SECRET) + lines("echo once more the same line") + prompts("read -s word", SECRET)),
    Program("fish-read", "exec fish -i", lines("echo once more the same line") + prompts(
        "read -s word >/dev/null", SECRET) + prompts("read -s -P 'Password: ' word", SECRET)
        + prompts("read -s word", SECRET)),
    Program("getpass", "exec python3 -q", lines("import getpass", "x = 1 + 2") + prompts(
        "p = getpass.getpass()", SECRET, 0.5, "x + 3", "y = [n for n in range(3)]") + prompts(
        "q = getpass.getpass('PIN: ')", SECRET, 0.5, "len(p)", "print('as ever', len(q))")),
    Program("cjk-bash", "exec bash --rcfile bashrc -i", lines(
        ["echo ", Commit("日本語"), Commit("の文"), Keys("back back"), Commit("です")], ["echo '", Commit("漢字"), " and text'"],
        ["echo ", Commit("한국어"), Keys("left left"), Commit("中"), Keys("C-e"), " end"], "echo naïve façade Ångström",
        ["echo ", Commit("\U0001f600"), " ", Commit("\U0001f680"), Keys("back"), Commit("✅")],
        ["echo e", Commit("\u0301"), "tude"],
        ["echo ", Commit("ｆｕｌｌ"), " width"], "echo plain again")),
    Program("cjk-fish", "exec fish -i", lines(
        ["echo ", Commit("日本語"), Commit("の文"), Keys("back back"), Commit("です")], ["echo '", Commit("漢字"), " and text'"],
        ["echo ", Commit("한국어"), Keys("left left"), Commit("中"), Keys("C-e"), " end"], "echo naïve façade Ångström",
        ["echo ", Commit("\U0001f600"), " ", Commit("\U0001f680"), Keys("back"), Commit("✅")], "echo plain again")),
    Program("cjk-vim", "exec vim -u vimrc text.txt", [
        Raw("i"), Commit("日本語"), Commit("の文章"), "です、", Commit("漢字"), " and text", ENTER, "Grüße aus Köln, ça va?",
        ENTER, Commit("中文字符"), Keys("left left"), Commit("也"), Keys("end"), Commit("，"), "end", ENTER,
        Commit("\U0001f600"), " an emoji and ", Commit("\U0001f680"), Keys("back back"), " more", ENTER, "e",
        Commit("\u0301"), "tude", Keys("esc"), THINK, Raw("kk0"), Raw("i"), Commit("前"), "before ", Keys("esc"),
        Raw("A"), " after", Keys("esc")], STATUS),
    Program("paste", "exec bash --rcfile bashrc -i", lines(
        "echo typed", ["echo ", Paste("pasted text that is longer than any word"), " and typed"],
        [Paste("echo one; echo two; echo three"), 0.5], ["ls ", Paste("project"), "/main.c"]) + [
        THINK, Paste("echo first line\necho second line\n"), THINK] + lines("echo and on it goes") + [
        THINK, "vim -u vimrc text.txt", ENTER, Wait(1.0), Raw("i"), "Typed, ", Paste("then pasted in one go, "),
        "and typed.", ENTER, Paste("one line\nand another\n"), "done", Keys("esc"), Raw(":q!"), ENTER, Wait(0.5)]
        + lines("echo back in bash")),
)
