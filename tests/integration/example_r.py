# SPDX-License-Identifier: Apache-2.0
"""The R script: CSV and script are inputs, the RDS file is the model."""

import os
import shutil

import support as t

t.needs("Rscript")
shutil.copy(os.path.join(t.EXAMPLES, "pipeline", "raw.csv"), "raw.csv")
shutil.copy(os.path.join(t.EXAMPLES, "r", "fit.R"), "fit.R")
t.pedigree("run", "--name", "fit", "--", "Rscript", "fit.R", "raw.csv",
           "fit.rds")
shown = t.answer("show", "fit")
by_type = {a["ArtifactType"]: os.path.basename(a["Source"]["SourceUri"])
           for a in shown["Inputs"]}
t.equal(len(shown["Inputs"]), 2, f"how many inputs ({by_type})")
t.equal(by_type["DataSet"], "raw.csv", "the data")
t.check("Code" in by_type, f"no code among the inputs: {by_type}")
t.equal([(a["ArtifactType"], os.path.basename(a["Source"]["SourceUri"]))
         for a in shown["Outputs"]], [("Model", "fit.rds")], "outputs")
t.passed()
