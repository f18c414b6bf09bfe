#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A program that prints everything it can find out about itself prints the
# same with and without us.
. "${top_srcdir:?}/tests/support.sh"

observe=$top_builddir/tests/integration/observe/observe

# go FOLDER [COMMAND…]: in a fresh folder, with a small fixed environment.
go() {
	mkdir "$1" && cd "$1" || framework_failure_ "no folder $1"
	shift
	env -i PATH="$PATH" PEDIGREE_HOME="$PEDIGREE_HOME" \
		"$@" "$observe" "one argument" '' two
	echo "status $?"
	cd ..
}

go bare >bare.txt 2>bare.err
go captured pedigree run -q -- >captured.txt 2>captured.err
diff bare.txt captured.txt || fail_ "its output is not the same"
diff bare.err captured.err || fail_ "its standard error is not the same"
tail -n 1 bare.txt | grep -q '^status 42$' || fail_ "it did not end as it should"
