#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a small CSV of customers, some of whom have left."""

import argparse
import csv
import math
import random


def customer(rng):
    months = rng.randint(1, 72)
    calls = min(rng.randint(0, 9), rng.randint(0, 9))
    charge = round(rng.uniform(15, 110), 2)
    score = 0.9 - 0.07 * months + 0.55 * calls + 0.012 * charge
    left = rng.random() < 1 / (1 + math.exp(-score))
    return [months, calls, charge, int(left)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("csv", help="the file to write")
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    rng = random.Random(args.seed)
    with open(args.csv, "w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["months", "calls", "charge", "left"])
        rows.writerows(customer(rng) for _ in range(args.rows))


if __name__ == "__main__":
    main()
