#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Every way a program can reach a file is seen, or told as a blind spot.
. "${top_srcdir:?}/tests/support.sh"

here=$top_builddir/tests/integration/ways
PEDIGREE=$top_builddir/pedigree TMPDIR=$work "${PYTHON:-python3}" \
	"$top_srcdir/tests/integration/ways/ways.py" \
	"$here/ways" "$here/.libs/module.so" ||
	fail_ "a way is not seen"
