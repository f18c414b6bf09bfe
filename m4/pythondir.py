# SPDX-License-Identifier: Apache-2.0
"""Prints the folder below a prefix where this Python looks for modules of
others, or where it would if it looked below that prefix. For configure."""

import sys

prefix = sys.argv[1].rstrip("/")
known = [folder for folder in sys.path
         if folder.startswith(prefix + "/lib") and
         folder.endswith(("site-packages", "dist-packages"))]
if known:
    print("${prefix}" + known[0][len(prefix):])
else:
    words = "dist" if any(folder.endswith("dist-packages")
                          for folder in sys.path) else "site"
    print("${prefix}/lib/python%d.%d/%s-packages" % (*sys.version_info[:2],
                                                    words))
