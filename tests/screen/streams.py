# SPDX-License-Identifier: MIT
"""Byte streams: the captures, where they can be cut, and where they are between two sequences."""
import glob
import os
import random
import re

HERE = os.path.dirname(os.path.abspath(__file__))
NAME = re.compile(r"(.+)\.(\d+)x(\d+)\.raw$")
SIZE = re.compile(r"\.(\d+)x(\d+)\.[^.]*$")
UNIT = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"
    rb"|\x1b[\]P_^X](?:[^\x07\x1b\x18\x1a]|\x1b(?!\\))*(?:\x1b\\|\x07|\x18|\x1a)"
    rb"|\x1b[ -/]*[0-~]"
    rb"|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
    rb"|[\x00-\x1a\x1c-\x7f]|[\x80-\xff]", re.DOTALL)
# REP, and what joins the character before it: variation selectors, joiners, skin tones, combining marks.
GOES_ON = re.compile(rb"\x1b\[[0-9]*b|\xef\xb8\x8f|\xe2\x80\x8d|\xf0\x9f\x8f[\xbb-\xbf]|\xcc[\x80-\xbf]|\xe2\x83\xa3")
JOINER = b"\xe2\x80\x8d"


class Stream:
    """A capture: name, rows, cols, path, data."""

    def __init__(self, path):
        self.path = path
        m = NAME.match(os.path.basename(path))
        self.name = os.path.basename(path)[:-4]
        self.rows, self.cols = int(m.group(2)), int(m.group(3))
        with open(path, "rb") as f:
            self.data = f.read()
        self._grounds = None

    def grounds(self):
        """The offsets at which no sequence or character is open, and none follows that needs what is before it."""
        if self._grounds is None:
            pos, found = 0, [0]
            for m in UNIT.finditer(self.data):
                if m.start() != pos:
                    break
                pos = m.end()
                if not GOES_ON.match(self.data, pos) and m.group() != JOINER:
                    found.append(pos)
            self._grounds = found
        return self._grounds

    def cuts(self, count, seed):
        """COUNT offsets in order, the same for the same SEED: anywhere, but for the last, which is the end."""
        r = random.Random("%s %s" % (seed, self.name))
        return sorted({r.randrange(1, len(self.data)) for _ in range(count - 1)}) + [len(self.data)]


class Input(Stream):
    """A small input, and what a person types after it.  A copy of it is in DIRECTORY."""
    TYPED = b" -l"

    def __init__(self, path, directory):
        name = os.path.basename(path)
        m = SIZE.search(name)
        self.name = "input-" + name.rsplit(".", 1)[0]
        self.rows, self.cols = (int(m.group(1)), int(m.group(2))) if m else (24, 80)
        with open(path, "rb") as f:
            given = f.read()
        self.given, self.data = len(given), given + self.TYPED
        self.path = os.path.join(directory, self.name)
        with open(self.path, "wb") as f:
            f.write(self.data)
        self._grounds = None

    def cuts(self, count, seed):
        """Where a resume would be: after all of the input; and COUNT places before, or all if they are few."""
        places = range(1, self.given)
        if len(places) > 4 * count:
            places = random.Random("%s %s" % (seed, self.name)).sample(places, count)
        return sorted({*places, self.given})


def inputs(directory):
    return [Input(p, directory) for p in sorted(glob.glob(os.path.join(HERE, "inputs", "*.in")))]


def captures(directory=os.path.join(HERE, "captures")):
    return [Stream(p) for p in sorted(glob.glob(os.path.join(directory, "*.raw")))]
