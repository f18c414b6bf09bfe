#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains a model that tells which customers will leave.

Nothing in here knows of pedigree.
"""

import argparse

import joblib
import numpy
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="CSV to learn from")
    parser.add_argument("--model", required=True, help="file to write")
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    rows = numpy.loadtxt(args.data, delimiter=",", skiprows=1)
    x, y = rows[:, :-1], rows[:, -1]
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, random_state=args.seed)

    model = make_pipeline(
        StandardScaler(),
        SGDClassifier(learning_rate="constant", eta0=args.lr,
                      max_iter=args.epochs, tol=None,
                      random_state=args.seed))
    model.fit(x_train, y_train)
    joblib.dump(model, args.model)
    print(f"accuracy {model.score(x_test, y_test):.3f}")


if __name__ == "__main__":
    main()
