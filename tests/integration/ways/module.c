/* SPDX-License-Identifier: Apache-2.0 */
/* Something to dlopen: way_dlopen takes only that it was loaded. */

const char ways_module[] = "module";
