# SPDX-License-Identifier: Apache-2.0
"""Debian's source packages, without a word in the machine's own settings.

Fetched with apt-get from the archives that the machine has its packages from;
their lists of sources are kept in the test's folder. The release is enough:
fixes of security change no test, and mirrors may lack their sources.
"""

import glob
import os
import subprocess

import support


def _archives():
    """Deb822 text that names the sources of Debian's archives."""
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format",
         "$(REPO_URI) $(RELEASE) $(COMPONENT)",
         "Created-By: Packages", "Origin: Debian"],
        stdout=subprocess.PIPE, text=True, check=True).stdout
    stanzas = []
    for line in sorted(set(targets.splitlines())):
        uri, release, component = line.split(" ")
        if "-" in release:
            continue
        stanzas.append(f"Types: deb-src\nURIs: {uri}\nSuites: {release}\n"
                       f"Components: {component}\n")
    return "\n".join(stanzas)


def unpack(package):
    """The folder of a package's sources, as upstream packed them."""
    folder = os.path.join(support.work, "sources")
    parts = os.path.join(folder, "parts")
    lists = os.path.join(folder, "lists")
    options = ["-q", "-o", "Dir::Etc::sourcelist=/dev/null",
               "-o", f"Dir::Etc::sourceparts={parts}",
               "-o", f"Dir::State::lists={lists}"]
    if not os.path.isdir(parts):
        text = _archives()
        if not text:
            support.skip("apt-get knows no archive of Debian: "
                         "type apt-get update")
        os.makedirs(parts)
        os.makedirs(os.path.join(lists, "partial"))
        with open(os.path.join(parts, "debian.sources"), "w",
                  encoding="utf-8") as out:
            out.write(text)
        support.run("apt-get", *options, "update")
    fetched = os.path.join(folder, package)
    os.makedirs(fetched, exist_ok=True)
    support.run("apt-get", *options, "--download-only", "source", package,
                cwd=fetched)
    archive, = (path for path in
                glob.glob(os.path.join(fetched, "*.orig.tar.*"))
                if not path.endswith(".asc"))
    support.run("tar", "-xf", archive, "-C", fetched)
    top, = (path for path in glob.glob(os.path.join(fetched, "*"))
            if os.path.isdir(path))
    return top
