# SPDX-License-Identifier: Apache-2.0
#
# NEWS begins with the version that is being built.
. "${top_srcdir:?}/tests/policy/tree.sh"

version=$(sed -n 's/^#define PACKAGE_VERSION "\(.*\)"$/\1/p' \
	"$top_builddir/config.h")
[ -n "$version" ] || framework_failure_ "config.h has no PACKAGE_VERSION"
head -n 1 NEWS | grep -qF "pedigree $version " ||
	offence_ "NEWS begins with: $(head -n 1 NEWS)"
verdict_ "NEWS does not begin with pedigree $version"
