# SPDX-License-Identifier: Apache-2.0

pedigreeincludedir = $(includedir)/pedigree
pedigreeinclude_HEADERS = \
	%D%/pedigree/capture.h \
	%D%/pedigree/compare.h \
	%D%/pedigree/entity.h \
	%D%/pedigree/error.h \
	%D%/pedigree/lineage.h \
	%D%/pedigree/pedigree.h \
	%D%/pedigree/query.h \
	%D%/pedigree/watch.h

pedigreesysincludedir = $(includedir)/pedigree/sys
pedigreesysinclude_HEADERS = \
	%D%/pedigree/sys/backend.h
