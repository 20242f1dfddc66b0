#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the layout of the C sources: no circles, and no arrow against the order of layers in docs/ARCHITECTURE.md.

usage: layout.py [-v] SOURCE-DIR BUILD-DIR

A unit is a .c file together with the .h file of the same name, or either of them alone.  There is an arrow from unit A
to unit B where A's object calls a function or uses a variable that B's object defines (nm), and where a file of A
includes a header of B.  Calls through tables of functions are no arrows for nm; the includes cover those.

  - Arrows of one folder form no circle.
  - Each .c file is on the map, docs/ARCHITECTURE.md's "Where a change goes": a line of its own below its folder.
  - An arrow from one folder to another goes down in the order that docs/ARCHITECTURE.md draws, between the lines
    "<!-- layers" and "-->": each line there is "FOLDER: the folders that FOLDER may use", which stand on lines above
    ("NAME/*": all of those below NAME).

The exit status is 0 when the layout is right, 1 when it is not, and 2 when it could not be checked.
"""
import os
import re
import subprocess
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
TOP = ('common', 'pam', 'pool', 'server', 'client', 'screen')


def die(text):
    sys.stderr.write(f'layout.py: {text}\n')
    sys.exit(2)


# What the build makes; it stands among the sources when the tree is built in place.
GENERATED = ('server/hooks/hook_text.c',)


def sources(top):
    """All .c and .h files of the product, relative to top."""
    found = []
    for part in TOP:
        for folder, _, names in os.walk(os.path.join(top, part)):
            found += [os.path.relpath(os.path.join(folder, n), top) for n in names if n.endswith(('.c', '.h'))]
    return sorted(set(found) - set(GENERATED))


def unit(path):
    return path[:-2]


def include_arrows(top, files, may, arrows):
    """Where several folders have a header of that name, the one is meant that the including file may use."""
    by_name = {}
    for path in files:
        by_name.setdefault(os.path.basename(path), []).append(path)
    for path in files:
        with open(os.path.join(top, path), encoding='utf-8') as f:
            text = f.read()
        for name in INCLUDE.findall(text):
            found = [p for p in by_name.get(os.path.basename(name), []) if p.endswith('/' + name)]
            here = os.path.dirname(path)
            for folders in ({here}, may.get(here, set())):
                if len(found) > 1:
                    found = [p for p in found if os.path.dirname(p) in folders] or found
            if len(found) > 1:
                die(f'{path} includes "{name}", which can be any of {" ".join(found)}')
            if found and unit(found[0]) != unit(path):
                arrows.setdefault((unit(path), unit(found[0])), set()).add(f'includes {name}')


def objects(build, files):
    """The object of each .c file, by unit.  Libtool's are called LIBRARY_la-NAME.o, a program's PROGRAM-NAME.o."""
    found = {}
    for path in files:
        if not path.endswith('.c'):
            continue
        folder, name = os.path.split(unit(path))
        for where in (os.path.join(build, folder), os.path.join(build, folder, '.libs')):
            for entry in sorted(os.listdir(where)) if os.path.isdir(where) else ():
                if entry == name + '.o' or (entry.endswith(f'-{name}.o')):
                    found.setdefault(unit(path), os.path.join(where, entry))
    return found


def symbols(paths):
    """What each object defines and what it wants, by path."""
    out = subprocess.run(['nm', '-P', '-A'] + paths, check=True, capture_output=True, text=True).stdout
    defined, wanted = {p: set() for p in paths}, {p: set() for p in paths}
    for line in out.splitlines():
        path, name, kind = line.replace(': ', ' ', 1).split()[:3]
        if kind in 'TDBRVWC':
            defined[path].add(name)
        elif kind == 'U':
            wanted[path].add(name)
    return defined, wanted


def call_arrows(build, files, arrows):
    found = objects(build, files)
    if not found:
        die(f'no objects in {build}: build first')
    defined, wanted = symbols(sorted(found.values()))
    definer = {}
    for name, path in found.items():
        for symbol in defined[path] - {'main'}:
            definer.setdefault(symbol, name)
    for name, path in found.items():
        for symbol in sorted(wanted[path]):
            other = definer.get(symbol)
            if other and other != name:
                arrows.setdefault((name, other), set()).add(f'calls {symbol}')
    return len(found)


def layers(top):
    """What each folder may use, from docs/ARCHITECTURE.md."""
    path = os.path.join(top, 'docs/ARCHITECTURE.md')
    with open(path, encoding='utf-8') as f:
        match = re.search(r'^<!-- layers\n(.*?)^-->', f.read(), re.M | re.S)
    if not match:
        die(f'{path} has no block "<!-- layers"')
    may = {}
    for line in match.group(1).splitlines():
        folder, colon, below = line.partition(':')
        if not colon:
            die(f'{path}: "{line}": expected FOLDER: FOLDERS')
        folder = folder.strip()
        may[folder] = set()
        for name in below.split():
            found = [f for f in may if f != folder and (f == name or name.endswith('/*') and f.startswith(name[:-1]))]
            if not found:
                die(f'{path}: "{line}": {name} is not on a line above')
            may[folder].update(found)
    return may


def against_layers(may, arrows):
    wrong = []
    for (a, b), why in sorted(arrows.items()):
        one, other = os.path.dirname(a), os.path.dirname(b)
        if one not in may:
            wrong.append(f'{one}/ is not in the order of layers')
        elif one != other and other not in may[one]:
            wrong.append(f'{a} -> {b} ({", ".join(sorted(why))}), but {one}/ may not use {other}/')
    return sorted(set(wrong))


def off_the_map(top, files):
    """The .c files that "Where a change goes" does not name below their folder, and the other way round."""
    with open(os.path.join(top, 'docs/ARCHITECTURE.md'), encoding='utf-8') as f:
        match = re.search(r'^## Where a change goes\n+```\n(.*?)^```', f.read(), re.M | re.S)
    if not match:
        die('docs/ARCHITECTURE.md has no map below "## Where a change goes"')
    named, folder = set(), ''
    for line in match.group(1).splitlines():
        heading = re.match(r'((?:[\w.-]+/)+)(?:\s|$)', line)
        name = re.match(r'  ([\w-]+\.c)\s+\S', line)
        if heading:
            folder = heading.group(1)
        elif name:
            named.add(folder + name.group(1))
    here = {p for p in files if p.endswith('.c')}
    return ([f'{p} is not on the map in docs/ARCHITECTURE.md' for p in sorted(here - named)] +
            [f'docs/ARCHITECTURE.md has {p} on the map, which is not there' for p in sorted(named - here)])


def circles(arrows):
    """The strongly connected sets of more than one unit (Tarjan), without recursion."""
    graph = {}
    for a, b in arrows:
        graph.setdefault(a, []).append(b)
        graph.setdefault(b, [])
    index, low, on, stack, found = {}, {}, set(), [], []
    for root in sorted(graph):
        work = [(root, iter(sorted(graph[root])))] if root not in index else []
        while work:
            node, below = work[-1]
            if node not in index:
                index[node] = low[node] = len(index)
                stack.append(node)
                on.add(node)
            for other in below:
                if other not in index:
                    work.append((other, iter(sorted(graph[other]))))
                    break
                if other in on:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = []
                    while not group or group[-1] != node:
                        group.append(stack.pop())
                        on.discard(group[-1])
                    if len(group) > 1:
                        found.append(sorted(group))
    return found


def main():
    args = [a for a in sys.argv[1:] if a != '-v']
    if len(args) != 2 or args[0].startswith('-'):
        sys.stderr.write(__doc__)
        sys.exit(2)
    top, build = args
    files, may, arrows = sources(top), layers(top), {}
    include_arrows(top, files, may, arrows)
    number = call_arrows(build, files, arrows)
    wrong = off_the_map(top, files) + against_layers(may, arrows)
    for group in circles(arrows):
        wrong.append(f'a circle of {len(group)}: {" ".join(group)}')
        inside = sorted((a, b) for a, b in arrows if a in group and b in group)
        if '-v' in sys.argv:
            wrong += [f'    {a} -> {b} ({", ".join(sorted(arrows[a, b]))})' for a, b in inside]
    for line in wrong:
        print(line)
    print(f'{number} objects, {len(files)} files, {len(arrows)} arrows: {"wrong" if wrong else "no circle, no arrow up"}')
    sys.exit(1 if wrong else 0)


main()
