#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gets.py URL COUNT: as many GETs of a small answer over one connection, with
python3-requests."""
import sys
import warnings

import requests

warnings.simplefilter("ignore")
url, count = sys.argv[1], int(sys.argv[2])
with requests.Session() as session:
    session.trust_env = False
    session.verify = False
    print(sum(len(session.get(url).content) for _ in range(count)))
