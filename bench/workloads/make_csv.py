# SPDX-License-Identifier: Apache-2.0
"""make_csv.py FILE MEGABYTES: numbers with a label in the last column."""
import sys

import numpy

rng = numpy.random.default_rng(0)
target = int(float(sys.argv[2]) * 1e6)
with open(sys.argv[1], "w") as out:
    out.write(",".join(f"x{i}" for i in range(10)) + ",y\n")
    while out.tell() < target:
        x = rng.normal(size=(5000, 10))
        y = (x.sum(axis=1) > 0).astype(int)
        for row, label in zip(x, y):
            out.write(",".join(f"{v:.6f}" for v in row) + f",{label}\n")
