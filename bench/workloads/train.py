# SPDX-License-Identifier: Apache-2.0
"""A training over a CSV: pandas, an SGD classifier, joblib."""
import sys

import joblib
import pandas
from sklearn.linear_model import SGDClassifier

table = pandas.read_csv(sys.argv[1])
x, y = table.iloc[:, :-1].to_numpy(), table.iloc[:, -1].to_numpy()
model = SGDClassifier(random_state=0, max_iter=5, tol=None).fit(x, y)
joblib.dump(model, sys.argv[2])
print(round(model.score(x, y), 3))
