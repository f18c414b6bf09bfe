# SPDX-License-Identifier: Apache-2.0

# PEDIGREE_WARNINGS
# -----------------
# Sets WARN_CFLAGS to the warnings of the project that the compiler knows.
AC_DEFUN([PEDIGREE_WARNINGS], [
AC_ARG_ENABLE([werror],
	[AS_HELP_STRING([--enable-werror], [warnings are errors])],
	[], [enable_werror=no])
WARN_CFLAGS=
for pedigree_flag in \
	-Wall \
	-Wextra \
	-Wcast-align \
	-Wdate-time \
	-Wformat=2 \
	-Wlogical-op \
	-Wmissing-declarations \
	-Wmissing-prototypes \
	-Wnested-externs \
	-Wnull-dereference \
	-Wpointer-arith \
	-Wshadow \
	-Wstrict-prototypes \
	-Wundef \
	-Wvla \
	-Wwrite-strings
do
	AC_MSG_CHECKING([whether $CC knows $pedigree_flag])
	pedigree_saved=$CFLAGS
	CFLAGS="$CFLAGS -Werror $pedigree_flag"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
		[AC_MSG_RESULT([yes])
		 WARN_CFLAGS="$WARN_CFLAGS $pedigree_flag"],
		[AC_MSG_RESULT([no])])
	CFLAGS=$pedigree_saved
done
AS_IF([test "$enable_werror" = yes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])
AC_SUBST([WARN_CFLAGS])
])
