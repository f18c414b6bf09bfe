# SPDX-License-Identifier: Apache-2.0
#
# Makes C of the files conf/presets/NAME.conf, a row of a table each.

BEGIN {
	print "/* Made of conf/presets by lib/rules/presets.awk. */"
	print "#include <config.h>"
	print "#include \"rules/settings.h\""
	print "const struct pedigree_preset pedigree_presets[] = {"
}
FNR == 1 {
	if (NR > 1)
		print "\t},"
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.conf$/, "", name)
	print "\t{ .name = \"" name "\", .text ="
}
{
	gsub(/\\/, "&&")
	gsub(/"/, "\\\"")
	gsub(/\?/, "\\?")
	print "\t\"" $0 "\\n\""
}
END {
	print "\t},"
	print "\t{ .name = NULL }"
	print "};"
}
