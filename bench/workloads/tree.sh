#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# tree.sh [--prepare] FOLDER: clones a repository of 3,000 files, packs it and
# looks for a word in it.
set -eu

if [ "$1" = --prepare ]; then
	mkdir "$2" && cd "$2"
	git init -q .
	i=0
	while [ $i -lt 3000 ]; do
		folder=d$((i / 100))
		mkdir -p "$folder"
		echo "file $i of many, with a word or two" >"$folder/f$i.txt"
		i=$((i + 1))
	done
	git add .
	git -c user.name=bench -c user.email=bench@localhost commit -qm files
	exit
fi

rm -rf copy copy.tar
git clone -q "$1" copy
tar cf copy.tar copy
grep -r 'file 1[0-9]* of' copy | wc -l
