# SPDX-License-Identifier: MIT
"""Runs the cases of one boot, one after another, inside the container; says a line of JSON about each.

  inside.py SPEC      SPEC is a JSON object: src, log, kind (of the root), cases (a list of [module, function,
                      arguments, full name])
"""
import json
import os
import sys
import time
import traceback

spec = json.loads(sys.argv[1])
sys.path[:0] = [os.path.join(spec["src"], "tests", d) for d in ("systemd", "sshd")]
from initless import Initless  # noqa: E402
from machine import Machine  # noqa: E402
from term import Failed, Skip  # noqa: E402
from template import write  # noqa: E402

KIND = Machine if spec["kind"] == "systemd" else Initless


def run_case(module, name, arguments, full):
    log = os.path.join(spec["log"], full.replace(":", ".").replace("/", "+"))
    os.makedirs(log)
    machine = KIND(spec["src"], log)
    result, code = "", 0
    try:
        getattr(__import__(module), name)(machine, *arguments)
    except Skip as e:
        result, code = str(e), 77
    except BaseException as e:
        result, code = (str(e) or type(e).__name__), 1
        if not isinstance(e, Failed):
            result = "%s: %s" % (type(e).__name__, e)
        with open(os.path.join(log, "traceback"), "w") as f:
            traceback.print_exc(file=f)
    if code:
        write(os.path.join(log, "result"), result + "\n")
        machine.stop()
    try:
        machine.reset()
    except Exception as e:
        result, code = result or "afterwards: %s" % e, code or 1
    return code, result


def main():
    os.umask(0o022)
    os.chdir("/")
    if not spec.get("again"):
        KIND.prepare()
    for module, name, arguments, full in spec["cases"]:
        start = time.monotonic()
        code, reason = run_case(module, name, arguments, full)
        print(json.dumps({"case": full, "code": code, "reason": " ".join(reason.split()),
                          "seconds": time.monotonic() - start}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
