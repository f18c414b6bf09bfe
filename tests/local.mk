# SPDX-License-Identifier: Apache-2.0

include %D%/unit/local.mk
include %D%/integration/local.mk
include %D%/policy/local.mk
