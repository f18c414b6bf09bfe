# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/build.h \
	%D%/json.h \
	%D%/model.h
