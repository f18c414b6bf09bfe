#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# make.sh [--prepare] FOLDER: compiles 41 C units with make.
set -eu

if [ "$1" = --prepare ]; then
	mkdir "$2" && cd "$2"
	i=0
	while [ $i -lt 41 ]; do
		cat >"u$i.c" <<END
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int f$i(const char *s);
int f$i(const char *s) { return printf("%s %zu\n", s, strlen(s)) + $i; }
END
		i=$((i + 1))
	done
	printf 'all: $(patsubst %%.c,%%.o,$(wildcard *.c))\n' >Makefile
	exit
fi

cd "$1"
rm -f ./*.o
make -s all
ls ./*.o | wc -l
