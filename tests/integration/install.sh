# SPDX-License-Identifier: Apache-2.0
#
# `make install` puts everything in its place, and what it installed captures
# a run from there; `make uninstall` leaves nothing.
. "${top_srcdir:?}/tests/support.sh"

unset MAKEFLAGS MFLAGS MAKELEVEL || :
make -s -C "$top_builddir" install DESTDIR="$work/to" >log 2>&1 ||
	{ cat log; fail_ "make install failed"; }
prefix=$(sed -n 's/^prefix = //p' "$top_builddir/Makefile")
to=$work/to$prefix

for file in bin/pedigree include/pedigree/pedigree.h \
	include/pedigree/entity.h \
	include/pedigree/sys/backend.h lib/libpedigree.so \
	lib/pkgconfig/libpedigree.pc \
	lib/pedigree/libpedigree-preload.so share/man/man1/pedigree.1 \
	share/man/man1/pedigree-run.1 share/man/man3/libpedigree.3 \
	share/man/man5/pedigree.conf.5 \
	share/bash-completion/completions/pedigree \
	share/zsh/site-functions/_pedigree \
	share/fish/vendor_completions.d/pedigree.fish \
	lib/systemd/user/pedigree-push.service \
	lib/systemd/user/pedigree-push.timer; do
	[ -s "$to/$file" ] || fail_ "$file is not installed"
done

grep -qx "ExecStart=$prefix/bin/pedigree push --quiet" \
	"$to/lib/systemd/user/pedigree-push.service" ||
	fail_ "the unit does not start what was installed"

echo 1,2 >data.csv
"$to/bin/pedigree" run -q --name here -- \
	cp data.csv copy.csv || fail_ "the installed pedigree does not run"
"$to/bin/pedigree" show here >shown ||
	fail_ "the installed pedigree shows nothing"
grep -q data.csv shown || { cat shown; fail_ "nothing was captured"; }

# A program is built with what was installed, as its Makefile says.
if command -v pkg-config >/dev/null; then
	cp -R "$top_srcdir/examples/manual" manual
	chmod -R u+w manual
	PKG_CONFIG_PATH=$to/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$work/to \
		make -s -C manual CC="${CC:-cc}" walkthrough >log 2>&1 ||
		{ cat log; fail_ "a program cannot be built with pkg-config"; }
	LD_LIBRARY_PATH=$to/lib manual/walkthrough >printed ||
		fail_ "the program that was built does not run"
	[ "$(cat printed)" = s3://example-bucket/walkthrough/train.csv ] ||
		fail_ "the program that was built prints: $(cat printed)"
fi
module=$(find "$to" -name pedigree.py)
[ -s "$module" ] || fail_ "pedigree.py is not installed"
PYTHONPATH=$(dirname "$module") PEDIGREE_LIBRARY=$to/lib/libpedigree.so.0 \
	"$PYTHON" -c 'import pedigree
with pedigree.run("told") as r:
	r.param("version", pedigree.__version__)' ||
	fail_ "the installed pedigree.py does not run"
"$to/bin/pedigree" show told >shown || fail_ "it recorded nothing"
grep -q "version = [0-9]" shown || { cat shown; fail_ "it has no version"; }

make -s -C "$top_builddir" uninstall DESTDIR="$work/to" >log 2>&1 ||
	{ cat log; fail_ "make uninstall failed"; }
find to ! -type d >left
[ ! -s left ] || { cat left; fail_ "make uninstall leaves files"; }
