# SPDX-License-Identifier: MIT
"""The rules for AppArmor are right for its parser, in a profile that includes them."""
import os

from common import SRC, Failed, check, need, run

PROFILE = """
include <tunables/global>
profile sshd /usr/sbin/sshd {
  include <abstractions/base>
  include "%s"
  %s
}
"""


def parse(place, more=""):
    need("apparmor_parser")
    with open(place.path("profile"), "w") as f:
        f.write(PROFILE % (os.path.join(SRC, "packaging/apparmor/sshd-local"), more))
    # -Q: nothing goes to the kernel; -K: nor to a cache.
    return run("apparmor_parser", "-Q", "-K", "-d", place.path("profile"))


def test_parses(place):
    out = parse(place)
    for path in ("/holdfast/logins/*", "security/pam_holdfast.so", "/holdfast/holdfastd.sock",
                 "/holdfast/counters"):
        check(path in out, "the parser found no rule for " + path)
    try:
        parse(place, "/etc/nonsense rq,")
    except Failed:
        return
    raise Failed("the parser takes anything")
