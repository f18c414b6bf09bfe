# SPDX-License-Identifier: Apache-2.0
#
# Makes C of conf/builtin.conf, all of it, so that line numbers stay true.

BEGIN {
	print "/* Made of conf/builtin.conf by lib/rules/builtin.awk. */"
	print "#include <config.h>"
	print "#include \"rules/settings.h\""
	print "const char pedigree_builtin_conf[] ="
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
	print "const size_t pedigree_builtin_conf_size ="
	print "\tsizeof(pedigree_builtin_conf) - 1;"
}
