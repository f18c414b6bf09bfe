# SPDX-License-Identifier: Apache-2.0
"""CPython's own tests of files and processes end as they do without us.

The quick part of `make check-suites`.
"""

import suites.run

suites.run.main(["--quick"])
