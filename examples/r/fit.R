# SPDX-License-Identifier: Apache-2.0
#
# Rscript fit.R CSV MODEL: fits a line through the points of a CSV and keeps
# the fit as an RDS file. Nothing in here knows of pedigree.

args <- commandArgs(trailingOnly = TRUE)
if (length(args) != 2)
	stop("usage: Rscript fit.R CSV MODEL")

points <- read.csv(args[1])
fit <- lm(price ~ size, data = points)
saveRDS(fit, args[2])
cat(sprintf("slope %.3f\n", coef(fit)[["size"]]))
