# SPDX-License-Identifier: Apache-2.0
"""The C program: its CSV is the input, its model the output."""

import os
import shutil

import support as t

shutil.copy(os.path.join(t.EXAMPLES, "pipeline", "raw.csv"), "raw.csv")
t.pedigree("run", "--name", "fit", "--",
           os.path.join(t.BUILD, "examples", "c", "fit"), "raw.csv",
           "line.model")
shown = t.answer("show", "fit")
t.equal([os.path.basename(a["Source"]["SourceUri"])
         for a in shown["Inputs"] if a["ArtifactType"] != "Code"],
        ["raw.csv"], "inputs")
t.equal([os.path.basename(a["Source"]["SourceUri"])
         for a in shown["Outputs"]], ["line.model"], "outputs")
t.passed()
