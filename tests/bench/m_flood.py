# SPDX-License-Identifier: MIT
"""A program prints 2.7 MB/s over a link of 100 KB/s; Ctrl-C after some seconds; until the prompt is seen."""
import threading
import time

from term import Failed
from throttle import Throttle
from ways import FLOORS, PROBE, Terminal, present

OUTPUT, LINK = 2700000, 100000


def one(host, figures, way, seconds):
    with Throttle(LINK) as link:
        t = Terminal(host, way, options=link.options()).ready()
        t.send("%s -g %d\r" % (PROBE, OUTPUT))
        t.wait("the quick brown fox")
        before, start = link.passed, time.monotonic()
        # the terminal goes on being read
        while time.monotonic() < start + seconds:
            t.p.stdin.flush()
            try:
                t.do("wait 200 never-printed-text")
            except Failed as e:
                if "timeout" not in str(e):
                    raise
        speed = (link.passed - before) / (time.monotonic() - start)
        if way.name not in ("tmux", "screen", "mosh") and speed < LINK * 0.5:
            raise Failed("%s: the link was not flooded: %d bytes a second" % (way.name, speed))
        t.send("\x03")
        ns, late = t.wait("PROMPT$")
        t.run("true")
        figures.add("flood: Ctrl-C to the prompt", way.name, ns / 1e9, "s")
        figures.add("flood: old output before it", way.name, late / 1000, "KB")
        figures.add("flood: speed of the link before that", way.name, speed / 1000, "KB/s")
        t.exit()


def flood(host, figures, plan):
    for _ in range(plan.flood_rounds):
        threads = []
        for way in present(plan.only):
            if way.name == "mosh" or way.name in FLOORS:
                continue  # mosh's packets don't go through the proxy; who only passes on takes as long as plain ssh

            def body(way=way):
                try:
                    one(host, figures, way, plan.flood_seconds)
                except Exception as e:
                    figures.fail("flood", way.name, e)
            threads.append(threading.Thread(target=body))
            threads[-1].start()
            time.sleep(0.3)
        for thread in threads:
            thread.join()
