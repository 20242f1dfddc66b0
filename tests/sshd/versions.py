# SPDX-License-Identifier: MIT
"""Other builds of the programs: copies whose build id is another one, put in the places of the installed ones."""
import os
import shutil

from template import LIBEXEC
from term import Failed

KEEPER = LIBEXEC + "/holdfast-keeper"
DAEMON = "/usr/sbin/holdfastd"


NOTE = b"\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0"  # of the linker: the build id follows, 20 bytes


def find(path):
    """The bytes of the program PATH, and where its build id is in them."""
    with open(path, "rb") as f:
        data = f.read()
    if data.count(NOTE) != 1:
        raise Failed("%s has %d build ids" % (path, data.count(NOTE)))
    return data, data.index(NOTE) + len(NOTE)


def build_id(path):
    """The build id in PATH, as holdfastctl writes it."""
    data, at = find(path)
    return data[at:at + 20].hex()


def put(path, data):
    """DATA becomes the program PATH, with a new file: processes that run the old one keep that."""
    new = path + ".new"
    with open(new, "wb") as f:
        f.write(data)
    shutil.copymode(path, new)
    os.rename(new, path)


def another_build(path):
    """Replaces PATH by the same program with another build id: the old file's bytes."""
    data, at = find(path)
    put(path, data[:at] + bytes(b ^ 0xff for b in data[at:at + 20]) + data[at + 20:])
    return data
