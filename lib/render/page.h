/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of page/, compiled in (page.awk).
 */
#ifndef PEDIGREE_RENDER_PAGE_H
#define PEDIGREE_RENDER_PAGE_H

extern const char pedigree_page_body[];
extern const char pedigree_page_script[];
extern const char pedigree_page_style[];

#endif
