# SPDX-License-Identifier: Apache-2.0
"""Documents against tests/data/NAME.schema.json."""

import json
import os

import jsonschema


class Schema:
    def __init__(self, name):
        path = os.path.join(os.environ["top_srcdir"], "tests", "data",
                            f"{name}.schema.json")
        with open(path, encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(schema)
        self.validator = jsonschema.Draft202012Validator(schema)

    def faults(self, document):
        """What is wrong with it, a sentence each."""
        return [f"{'/'.join(map(str, fault.absolute_path))}: {fault.message}"
                for fault in self.validator.iter_errors(document)]
