# SPDX-License-Identifier: Apache-2.0
"""Every #include is one that tests/policy/layers.list allows."""

import fnmatch
import os
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SOURCES = (".c", ".h", ".def")


def read_list(path):
    folders, libraries = {}, {}
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.split("#")[0].strip()
            if not line:
                continue
            head, colon, rest = line.partition(":")
            kind, _, name = head.partition(" ")
            if not colon or kind not in ("folder", "library"):
                sys.exit(f"{path}:{number}: neither a folder nor a library")
            table = folders if kind == "folder" else libraries
            table[name.strip()] = rest.split()
    return folders, libraries


def sources(top, folder):
    path = os.path.join(top, folder)
    for name in sorted(os.listdir(path)):
        if name.endswith(SOURCES):
            yield f"{folder}/{name}"


def resolve(top, source, quote, name):
    """The file of the tree that is included, or None for any other."""
    places = ["include"]
    if quote == '"':
        places = [os.path.dirname(source), "lib", "."] + places
    for place in places:
        path = os.path.normpath(os.path.join(place, name))
        if os.path.exists(os.path.join(top, path)):
            return path
    return None


def library_of(libraries, name):
    for header in libraries:
        if name == header or (header.endswith("/") and
                              name.startswith(header)):
            return header
    return None


def offence(top, folders, libraries, source, quote, name):
    """Why this include is not allowed, or None."""
    if name == "config.h":
        return None
    path = resolve(top, source, quote, name)
    folder = os.path.dirname(source)
    if path:
        allowed = folders[folder] + [folder]
        if path in allowed or os.path.dirname(path) in allowed:
            return None
        return f"{folder} may not include {path}"
    if quote == '"':
        return None  # made by the build, in its own folder
    header = library_of(libraries, name)
    if header and not any(fnmatch.fnmatch(source, pattern)
                          for pattern in libraries[header]):
        allowed = " ".join(libraries[header]) or "nobody yet"
        return f"<{header}> is confined to: {allowed}"
    return None


def folders_of_tree(top):
    """Every folder below the layered roots that has sources."""
    for root in ("include", "lib", "cli", "hooks"):
        for path, _, names in os.walk(os.path.join(top, root)):
            if any(name.endswith(SOURCES) for name in names):
                yield os.path.relpath(path, top)


def main():
    top = os.environ["top_srcdir"]
    folders, libraries = read_list(f"{top}/tests/policy/layers.list")
    seen, found = 0, []
    for folder in sorted(set(folders_of_tree(top)) - set(folders)):
        found.append(f"{folder}: not in tests/policy/layers.list")
    for folder in folders:
        if not os.path.isdir(os.path.join(top, folder)):
            found.append(f"tests/policy/layers.list: no folder {folder}")
            continue
        for source in sources(top, folder):
            with open(os.path.join(top, source), encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    match = INCLUDE.match(line)
                    if not match:
                        continue
                    seen += 1
                    why = offence(top, folders, libraries, source,
                                  *match.groups())
                    if why:
                        found.append(f"{source}:{number}: {why}")
    for line in found:
        print(line)
    if not seen:
        print("ERROR: no includes seen")
        return 99
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
