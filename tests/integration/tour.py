# SPDX-License-Identifier: Apache-2.0
"""doc/tour.md: each command of the tour, in its order, prints what it says.

With --write the tour is given what is printed now (`make tour`).

What differs from run to run (times, digests of what has times in it, ids, how
long something took) may differ; each such thing has the same shape.
"""

import os
import re
import subprocess
import sys

import support as t

TOUR = os.path.join(t.TOP, "doc", "tour.md")
HOME = "/home/ana"  # whom the tour is told of
END = "=end of command="

# What may differ: a pattern, and what stands for it on both sides.
SHAPES = [(re.compile(pattern), word) for pattern, word in [
    (r"#58;", ":"),  # as mermaid spells it
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?Z?", "<time>"),
    (r"-\d{8}-\d{6}-[0-9a-f]{4}\b", "<id>"),
    (r"\bsha256:[0-9a-f]+", "<digest>"),
    (r"\b(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b", "<hex>"),
    (r"\b\d+(\.\d+)? (ms|s|min)\b", "<took>"),
    (r"\b\d+ (process|processes|events?)\b", r"<n> \1"),
    (r"[ \u2500]{2,}", "  "),  # columns are as wide as what is in them
    (r"-{3,}", "---"),
]]


class Block:
    """The commands of one ```console block, with what each prints."""

    def __init__(self, first, last, lines):
        self.first, self.last = first, last
        self.commands = []
        for line in lines:
            if line.startswith("$ "):
                self.commands.append(([line[2:]], []))
            elif line.startswith("> ") and not self.commands[-1][1]:
                self.commands[-1][0].append(line[2:])
            else:
                self.commands[-1][1].append(line)


def blocks_of(lines):
    blocks, first = [], None
    for number, line in enumerate(lines):
        if first is None and line == "```console":
            first = number + 1
        elif first is not None and line == "```":
            blocks.append(Block(first, number, lines[first:number]))
            first = None
    t.check(first is None, f"{TOUR}:{first}: this block has no end")
    return blocks


def environment(home):
    """What a user has who comes for the first time."""
    python = t.python_with("sklearn")
    own = os.path.join(t.work, "bin")
    os.mkdir(own)
    os.symlink(python, os.path.join(own, "python3"))
    more = {
        "HOME": home, "PATH": f"{own}:/usr/local/bin:/usr/bin:/bin",
        "PEDIGREE_GIT": repository(), "LC_ALL": "C.UTF-8", "TZ": "UTC",
        "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "80", "USER": "ana",
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    gone = ("PEDIGREE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
            "XDG_STATE_HOME", "XDG_CACHE_HOME", "MAKEFLAGS", "MFLAGS",
            "MAKELEVEL", "top_srcdir", "top_builddir")
    return {k: v for k, v in os.environ.items() if k not in gone} | more


def repository():
    """What there is to clone: this tree, as it is now."""
    tree = os.path.join(t.work, "pedigree.git")
    os.mkdir(tree)
    leave_out = ["build", "autom4te.cache", "Makefile.in", ".git"]
    below = os.path.relpath(t.BUILD, t.TOP)
    if not below.startswith(".."):
        leave_out.append(below)
    pack = subprocess.run(
        ["tar", "-C", t.TOP, "--mode=u+w", "-cf", "-",
         *(f"--exclude=./{name}" for name in leave_out), "."],
        stdout=subprocess.PIPE, check=True)
    subprocess.run(["tar", "-C", tree, "-xf", "-"], input=pack.stdout,
                   check=True)
    for words in (["init", "-q", "-b", "main"], ["add", "-A"],
                  ["-c", "user.name=Ana", "-c", "user.email=ana@example.org",
                   "commit", "-q", "-m", "All"]):
        t.run("git", "-C", tree, *words)
    return tree


def play(blocks):
    """What every command prints, in one shell: a list for each block."""
    home = os.path.join(t.work, "ana")
    os.mkdir(home)
    script = ["cd", "exec 2>&1"]
    for block in blocks:
        for words, _ in block.commands:
            script += ["\n".join(words), f"printf '\\n{END}\\n'"]
    done = subprocess.run(["bash", "-c", "\n".join(script)], check=False,
                          env=environment(home), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, timeout=800)
    said = done.stdout.decode().replace(os.path.realpath(home), HOME)
    said = re.sub(r"\bhost = \S+", "host = laptop", said)
    said = re.sub(r"\buser = \S+", "user = ana", said)
    parts = said.split(f"\n{END}\n")[:-1]
    t.equal(len(parts), sum(len(block.commands) for block in blocks),
            f"how many commands came to their end\n{said[-2000:]}")
    parts = [part.rstrip("\n").split("\n") if part.strip() else []
             for part in parts]
    return [[parts.pop(0) for _ in block.commands] for block in blocks]


def shape(lines):
    text = "\n".join(line.rstrip() for line in lines).strip("\n")
    for pattern, word in SHAPES:
        text = pattern.sub(word, text)
    return text


def compare(blocks, said):
    for block, parts in zip(blocks, said):
        for (words, told), printed in zip(block.commands, parts):
            if shape(told) == shape(printed):
                continue
            t.fail(f"{TOUR}:{block.first}: $ {words[0]}\nthe tour says:\n" +
                   "\n".join(told) + "\nbut it prints:\n" +
                   "\n".join(printed) + "\nin other words:\n" +
                   shape(told) + "\n--\n" + shape(printed))


def write(lines, blocks, said):
    for block, parts in reversed(list(zip(blocks, said))):
        new = []
        for (words, _), printed in zip(block.commands, parts):
            new.append(f"$ {words[0]}")
            new += [f"> {word}" for word in words[1:]]
            new += printed
        lines[block.first:block.last] = new
    with open(TOUR, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


with open(TOUR, encoding="utf-8") as file:
    tour = file.read().rstrip("\n").split("\n")
in_it = blocks_of(tour)
t.check(len(in_it) > 5, f"{TOUR} has {len(in_it)} blocks of commands only")
prints = play(in_it)
if "--write" in sys.argv[1:]:
    write(tour, in_it, prints)
else:
    compare(in_it, prints)
t.passed()
