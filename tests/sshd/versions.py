# SPDX-License-Identifier: MIT
"""Other builds of the programs: copies whose build id is another one, put in the places of the installed ones."""
import os
import re
import shutil
import subprocess

from template import LIBEXEC
from term import Failed

KEEPER = LIBEXEC + "/holdfast-keeper"
DAEMON = "/usr/sbin/holdfastd"


def build_id(path):
    """The build id in PATH, as holdfastctl writes it."""
    out = subprocess.run(["readelf", "-n", path], capture_output=True, text=True, check=True).stdout
    found = re.search(r"Build ID: ([0-9a-f]+)", out)
    if not found:
        raise Failed("%s has no build id: %s" % (path, out))
    return found.group(1)


def put(path, data):
    """DATA becomes the program PATH, with a new file: processes that run the old one keep that."""
    new = path + ".new"
    with open(new, "wb") as f:
        f.write(data)
    shutil.copymode(path, new)
    os.rename(new, path)


def another_build(path):
    """Replaces PATH by the same program with another build id: the old file's bytes."""
    with open(path, "rb") as f:
        data = f.read()
    old = bytes.fromhex(build_id(path))
    if data.count(old) != 1:
        raise Failed("%s has its build id %d times" % (path, data.count(old)))
    put(path, data.replace(old, bytes(b ^ 0xff for b in old)))
    return data
