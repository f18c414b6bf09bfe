#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Learns, of each column, the mean of the customers who left.

    train.py DATA MODEL
"""

import csv
import pickle
import sys

data, model = sys.argv[1:]
with open(data, newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
left = [row for row in rows if row["left"] == "1"]
columns = [name for name in rows[0] if name != "left"]
means = {name: sum(float(row[name]) for row in left) / len(left)
         for name in columns}
with open(model, "wb") as file:
    pickle.dump({"kind": "means of the customers who left", "means": means},
                file)
