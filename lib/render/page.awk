# SPDX-License-Identifier: Apache-2.0
#
# Makes C of the files of the page, in their order: arguments name=NAME say
# which string the files behind them become.

BEGIN {
	print "/* Made of lib/render/page/ by lib/render/page.awk. */"
	print "#include <config.h>"
	print "#include \"render/page.h\""
}
name != last {
	if (last)
		print "\t;"
	print "const char pedigree_page_" name "[] ="
	last = name
}
{
	gsub(/\\/, "&&")
	gsub(/"/, "\\\"")
	# Two question marks and some third byte would be a trigraph.
	gsub(/\?/, "\\?")
	print "\t\"" $0 "\\n\""
}
END {
	print "\t;"
}
