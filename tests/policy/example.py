#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""conf/pedigree.conf.example says what the tables say: every section and key,
in its own section and no other, with the default in force, and marked [*] where
./pedigree.conf may not set it. With every line in force it is a configuration
without a mistake."""

import os
import re
import subprocess
import sys
import tempfile

TOP = os.environ["top_srcdir"]
BUILD = os.environ["top_builddir"]
faults = []


def text(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


def rows(word):
    """The arguments of a table's rows, without the help at their end."""
    table = re.sub(r"/\*.*?\*/", "", text("lib/rules/keys.def"), flags=re.S)
    for row in re.finditer(rf'^{word}\((.*?)"\s*\)$', table, flags=re.M | re.S):
        yield [at.strip().strip('"') for at in row.group(1).split(",")]


def defaults():
    """(section, key): the only value that is built in."""
    section, found = None, {}
    for line in text("conf/builtin.conf").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif "=" in line and not line.startswith("#"):
            key, value = (at.strip() for at in line.split("=", 1))
            found.setdefault((section, key), []).append(value)
    return {at: values[0] for at, values in found.items() if len(values) == 1}


def example():
    """Yields section, key, value and whether the lines above have a [*]; and
    the whole without a '#' before what is a setting."""
    section, words, marked, lines = "", "", False, []
    found = []
    for line in text("conf/pedigree.conf.example").splitlines():
        setting = re.fullmatch(r"#([a-z_]+|/\S+) = (.*)", line)
        header = re.fullmatch(r"#?\[([a-z]+)( \S+)?\]", line)
        if header:
            section = header.group(1) + (header.group(2) or "")
            marked = "[*]" in words
            lines.append(f"[{section}]")
            words = ""
        elif setting:
            found.append((section, setting.group(1), setting.group(2),
                          marked or "[*]" in words))
            lines.append(f"{setting.group(1)} = {setting.group(2)}")
        else:
            # A remark holds for the keys below it, up to the next one.
            after = lines and not lines[-1].startswith("#") and lines[-1]
            words = line if not line or after else words + line
            lines.append("#" + line)
    return found, "\n".join(lines) + "\n"


def check_keys(found, sections):
    seen = {(section.split()[0], key): (value, marked)
            for section, key, value, marked in found if section}
    known = {}
    for section, key, _, folder, *_ in rows("KEY"):
        known[section, key] = folder == "true"
    if len(known) < 50:
        faults.append("keys.def cannot be read")
    for at, folder in known.items():
        if at not in seen:
            faults.append(f"there is no '#{at[1]} =' in [{at[0]}]")
        elif seen[at][1] == folder:
            faults.append(f"{at[1]} in [{at[0]}] is " +
                          ("" if folder else "not ") + "marked [*]")
    for section, key in seen:
        if (section, key) not in known and section not in ("map", "backend"):
            faults.append(f"'{key}' in [{section}] is no key")
        if section not in sections:
            faults.append(f"[{section}] is no section")
    for at, value in defaults().items():
        if at in seen and at in known and at[1] not in ("match", "environment") \
                and seen[at][0] != value:
            faults.append(f"{at[1]} in [{at[0]}] is {value} by default, "
                          f"not {seen[at][0]}")


def check_whole(whole):
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(whole)
        file.flush()
        done = subprocess.run(
            [os.path.join(BUILD, "pedigree"), "config", "--check", file.name],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False,
            timeout=60)
        faults.extend(at.replace(file.name, "in force, line")
                      for at in done.stdout.decode().splitlines())
        if done.returncode not in (0, 1):
            faults.append(f"config --check ends with {done.returncode}")


FOUND, WHOLE = example()
check_keys(FOUND, {row[0] for row in rows("SECTION")})
check_whole(WHOLE)
for fault in faults:
    print(f"conf/pedigree.conf.example: {fault}")
sys.exit(1 if faults else 0)
