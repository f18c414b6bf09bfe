# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/caption.c \
	%D%/caption.h \
	%D%/diff.c \
	%D%/diff.h \
	%D%/dot.c \
	%D%/html.c \
	%D%/json.c \
	%D%/label.c \
	%D%/label.h \
	%D%/mermaid.c \
	%D%/page.h \
	%D%/render.c \
	%D%/render.h \
	%D%/renderers.h \
	%D%/table.c \
	%D%/text.c \
	%D%/text.h \
	%D%/text_list.c \
	%D%/text_show.c \
	%D%/tree.c

# The page of pictures in HTML, compiled in.
nodist_libpedigree_core_la_SOURCES += %D%/page.c
page_body = %D%/page/body.html
page_script = \
	%D%/page/layout.js \
	%D%/page/model.js \
	%D%/page/view.js \
	%D%/page/panel.js
page_style = %D%/page/page.css
EXTRA_DIST += %D%/page.awk $(page_body) $(page_script) $(page_style)
CLEANFILES += %D%/page.c

%D%/page.c: %D%/page.awk $(page_body) $(page_script) $(page_style)
	$(AM_V_GEN)$(MKDIR_P) %D% && to=$(abs_builddir)/$@ && \
		(cd $(srcdir) && $(AWK) -f %D%/page.awk name=body $(page_body) \
		name=script $(page_script) name=style $(page_style)) \
		>$$to-t && mv $$to-t $$to
