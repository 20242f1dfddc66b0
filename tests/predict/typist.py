# SPDX-License-Identifier: MIT
"""A person at a keyboard: when each key of a script is struck, with pauses, slips and their corrections.

A script is a list of: a str (text, typed key by key, with slips), a number (seconds of thought), and the classes below.
The same script and seed give the same keys at the same times."""
import random

HANDS = ("qwertasdfgzxcvb12345`~!@#$%", "yuiophjklnm67890-=[];'\\,./^&*()_+{}|:\"<>?")
ROWS = ("`1234567890-=", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./")
COMMON = {"th", "he", "in", "er", "an", "re", "on", "at", "en", "nd", "ti", "es", "or", "te", "of", "ed", "is", "it",
          "al", "ar", "st", "to", "nt", "ng", "se", "ha", "as", "ou", "io", "le", "ve", "co", "me", "de", "ls", "cd",
          "gi"}
SLIP = 0.025       # of the letters of a text
REPEAT = 0.033     # seconds between the repetitions of a key that is held down
NAMED = {"up": "A", "down": "B", "right": "C", "left": "D", "end": "F", "home": "H"}
BYTES = {"enter": b"\r", "back": b"\x7f", "tab": b"\t", "esc": b"\x1b", "del": b"\x1b[3~", "pgup": b"\x1b[5~",
         "pgdn": b"\x1b[6~", "wordleft": b"\x1b[1;5D", "wordright": b"\x1b[1;5C", "f3": b"\x1bOR", "f4": b"\x1bOS",
         "f5": b"\x1b[15~", "f7": b"\x1b[18~", "f10": b"\x1b[21~"}


class Keys:
    """Named keys, "left left del C-a M-b": no slips."""

    def __init__(self, names, held=False):
        self.names, self.held = names.split(), held


class Raw(str):
    """Text that is a command to the program, such as vim's dd: typed without slips."""


class Secret(str):
    """A password: typed without slips; none of it may be seen."""


class Paste(str):
    """Comes at once, as from a mouse."""


class Commit(str):
    """Comes at once, as from an input method."""


class Wait(float):
    """Seconds in which a person waits for something that takes so long on the host, on top of the round trip."""


class Key:
    """Struck at AT seconds.  KIND: text, secret, paste, commit (of an input method) or control; NAME: a control's."""

    def __init__(self, at, data, kind, name=None):
        self.at, self.data, self.kind, self.name = at, data, kind, name

    def bytes(self, output):
        """What a terminal sends that got OUTPUT so far: the modes decide about cursor keys and pastes."""
        if self.name in NAMED:
            return b"\x1b" + (b"O" if on(output, b"1") else b"[") + NAMED[self.name].encode()
        if self.kind == "paste":
            data = self.data.replace(b"\n", b"\r")
            return b"\x1b[200~" + data + b"\x1b[201~" if on(output, b"2004") else data
        return self.data


def on(output, mode):
    """Whether the last word about a private mode was to set it."""
    return output.rfind(b"\x1b[?" + mode + b"h") > output.rfind(b"\x1b[?" + mode + b"l")


def named(name):
    """The bytes of a key by its name."""
    if name in NAMED:
        return b""
    if name.startswith("C-"):
        return bytes([ord(name[2].upper()) ^ 0x40])
    if name.startswith("M-"):
        return b"\x1b" + name[2:].encode()
    return BYTES[name]


class Typist:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.now, self.last, self.keys = 1.0, "", []

    def gap(self, c):
        """Seconds between the last key and C."""
        pair = (self.last + c).lower()
        mean = 0.155
        if pair in COMMON:
            mean = 0.110
        elif len(pair) == 2 and pair[0] == pair[1]:
            mean = 0.140
        elif len(pair) == 2 and any(pair[0] in h and pair[1] in h for h in HANDS):
            mean = 0.185
        if c.isupper() or c in "~!@#$%^&*()_+{}|:\"<>?":
            mean += 0.090
        if self.last == " ":
            mean += 0.040
        gap = self.random.lognormvariate(0, 0.32) * mean
        if self.random.random() < 0.012:
            gap += self.random.uniform(0.4, 1.4)
        return max(0.035, gap)

    def strike(self, data, kind, gap, name=None):
        self.now += gap
        self.keys.append(Key(round(self.now, 4), data, kind, name))

    def letter(self, c, kind):
        self.strike(c.encode(), kind, self.gap(c))
        self.last = c

    def text(self, text):
        for i, c in enumerate(text):
            if c.isascii() and c.isalpha() and self.random.random() < SLIP:
                self.slip(text[i:i + 1 + self.random.choice((0, 0, 0, 1, 2))])
            self.letter(c, "text")

    def slip(self, text):
        """A wrong letter in place of the first, the rest until it is noticed, and all of that taken back."""
        row = next((r for r in ROWS if text[0].lower() in r), ROWS[2])
        at = row.index(text[0].lower()) if text[0].lower() in row else 0
        self.letter(row[at + 1 if at + 1 < len(row) else at - 1], "text")
        for c in text[1:]:
            self.letter(c, "text")
        self.now += self.random.uniform(0.12, 0.45)
        for _ in text:
            self.strike(BYTES["back"], "control", self.random.uniform(0.09, 0.17), "back")
        self.last = ""

    def control(self, item):
        for n, name in enumerate(item.names):
            gap = self.random.lognormvariate(0, 0.3) * 0.21
            if item.held and n:
                gap = REPEAT if n > 1 else 0.4
            self.strike(named(name), "control", gap, name)
        self.last = ""

    def play(self, item):
        if isinstance(item, Keys):
            self.control(item)
        elif isinstance(item, (int, float)):
            self.now += float(item) * (1 if isinstance(item, Wait) else self.random.uniform(0.8, 1.3))
        elif isinstance(item, (Paste, Commit)):
            self.strike(item.encode(), type(item).__name__.lower(), self.random.uniform(0.25, 0.5))
            self.last = ""
        elif isinstance(item, (Raw, Secret)):
            for c in item:
                self.letter(c, "secret" if isinstance(item, Secret) else "text")
        else:
            self.text(item)


def keys_of(script, seed):
    """The keys of SCRIPT in order of time."""
    typist = Typist(seed)
    for item in script:
        typist.play(item)
    return typist.keys
