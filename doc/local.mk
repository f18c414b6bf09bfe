# SPDX-License-Identifier: Apache-2.0
dist_doc_DATA += \
	%D%/aws.md \
	%D%/blind-spots.md \
	%D%/event-log.md \
	%D%/glossary.md \
	%D%/how-to-add-a-backend.md \
	%D%/how-to-add-a-hook.md \
	%D%/object-uris.md \
	%D%/openlineage.md \
	%D%/tour.md
