# SPDX-License-Identifier: Apache-2.0
#
# mandoc has no warnings about the manual pages.
. "${top_srcdir:?}/tests/policy/tree.sh"
needs_ mandoc

for page in man/*.[1-8]; do
	mandoc -Tlint -W warning "$page" || offence_ "$page"
done
verdict_ "manual pages with warnings"
