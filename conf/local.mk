# SPDX-License-Identifier: Apache-2.0

EXTRA_DIST += %D%/builtin.conf %D%/pedigree.conf.example
