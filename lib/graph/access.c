/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/access.h"

#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"

/* Where an event's path leads. */
struct spot {
	uint32_t folder; /* as named */
	uint32_t name;	 /* as named, below the real folder */
	uint32_t at;	 /* after a symbolic link */
};

/* Index of an event's folder in paths; NOWHERE: unknown or no memory. */
static uint32_t folder_of(struct pedigree_access *access, uint32_t folder)
{
	uint32_t *cached;

	if (folder >= access->log->n_folders)
		return PEDIGREE_NOWHERE;
	cached = &access->folder_of[folder];
	if (*cached == PEDIGREE_NOWHERE)
		*cached = pedigree_paths_folder(&access->paths,
						access->log->folders[folder]);
	return *cached;
}

/* A text that is one component, as nearly all are. */
static bool is_name(const char *text)
{
	return text[0] && !strchr(text, '/') && strcmp(text, ".") != 0 &&
	       strcmp(text, "..") != 0;
}

/*
 * 1 and *ret, 0 when the path cannot be known or names nothing a file could
 * be ("/"), PEDIGREE_ENOMEM.
 */
static int find_spot(struct pedigree_access *access, uint32_t folder,
		     const char *text, struct spot *ret)
{
	struct pedigree_paths *paths = &access->paths;
	struct spot spot;

	if (is_name(text) && folder < access->log->n_folders) {
		spot.folder = folder_of(access, folder);
		if (spot.folder == PEDIGREE_NOWHERE)
			return PEDIGREE_ENOMEM;
		spot.name =
			pedigree_paths_name(paths, spot.folder, text, false);
	} else {
		_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

		if (!pedigree_evlog_path(access->log, folder, text, &path)) {
			access->lost_paths++;
			return pedigree_buf_error(&path) ? PEDIGREE_ENOMEM : 0;
		}
		if (strcmp(path.data, "/") == 0)
			return 0;
		spot.name = pedigree_paths_of(paths, path.data, &spot.folder);
	}
	if (spot.name == PEDIGREE_NOWHERE)
		return PEDIGREE_ENOMEM;
	spot.at = pedigree_paths_follow(paths, spot.name);
	*ret = spot;
	return 1;
}

/* The file a name stands for; NULL: none yet, or gone. */
static struct pedigree_file *file_at(const struct pedigree_access *access,
				     uint32_t name)
{
	const struct pedigree_name *n = &access->paths.names.v[name];

	if (n->gone || n->file == PEDIGREE_NOWHERE)
		return NULL;
	return &access->files.v[n->file];
}

static void bind(struct pedigree_access *access, uint32_t name, uint32_t file)
{
	access->paths.names.v[name].file = file;
	access->paths.names.v[name].gone = false;
	access->files.v[file].last_name = name;
}

static struct pedigree_file *new_file(struct pedigree_access *access,
				      uint32_t name, const struct spot *spot)
{
	struct pedigree_file *file = pedigree_vec_push(&access->files);

	if (!file)
		return NULL;
	file->name = name;
	file->opened_folder = spot->folder;
	file->opened_name = spot->name;
	bind(access, name, (uint32_t)(access->files.n - 1));
	return file;
}

/* The content under a name is destroyed; another one may take its place. */
static void destroy(struct pedigree_access *access, uint32_t name,
		    const struct pedigree_old *old)
{
	struct pedigree_file *file = file_at(access, name);

	/* Another hard link may still hold it; its last name is that one. */
	if (!file || file->last_name != name)
		return;
	file->flags |= PEDIGREE_FILE_DESTROYED;
	if (!(file->flags & PEDIGREE_FILE_WRITTEN))
		file->old = old;
}

static int note_read(struct pedigree_access *access, const struct spot *spot,
		     unsigned int how, uint64_t time_ns)
{
	struct pedigree_file *file = file_at(access, spot->at);

	if (!file)
		file = new_file(access, spot->at, spot);
	if (!file)
		return PEDIGREE_ENOMEM;
	if (file->flags & PEDIGREE_FILE_WRITTEN) {
		file->flags |= PEDIGREE_FILE_REREAD;
		return 0;
	}
	if (!(file->flags & PEDIGREE_FILE_INPUT))
		file->read_ns = time_ns;
	/* Read by a plain open before: then it was there. */
	if (file->flags & PEDIGREE_FILE_INPUT)
		how &= ~PEDIGREE_FILE_SETTLED;
	if (file->flags & PEDIGREE_FILE_READ)
		how &= ~PEDIGREE_FILE_MAYBE_NEW;
	file->flags |= (uint16_t)how;
	return 0;
}

static int note_write(struct pedigree_access *access, const struct spot *spot,
		      bool empties, const struct pedigree_old *old,
		      uint64_t time_ns)
{
	struct pedigree_file *file = file_at(access, spot->at);

	if (file && empties && (file->flags & PEDIGREE_FILE_INPUT) &&
	    !(file->flags & PEDIGREE_FILE_WRITTEN)) {
		/* Every hard link sees the emptied file; they are rare. */
		file->flags |= PEDIGREE_FILE_DESTROYED;
		file->old = old;
		file = NULL;
	}
	if (!file)
		file = new_file(access, spot->at, spot);
	if (!file)
		return PEDIGREE_ENOMEM;
	if (!(file->flags & PEDIGREE_FILE_WRITTEN))
		file->write_ns = time_ns;
	file->flags |= PEDIGREE_FILE_WRITTEN;
	if (empties)
		file->flags |= PEDIGREE_FILE_TRUNC;
	return 0;
}

static int on_open(struct pedigree_access *access,
		   const struct pedigree_event *event)
{
	bool empties = event->flags & PEDIGREE_F_TRUNC;
	struct spot spot;
	int r;

	if (event->flags & (PEDIGREE_F_LIST | PEDIGREE_F_ANON))
		return 0;
	r = find_spot(access, event->folder, event->text, &spot);
	if (r <= 0)
		return r;
	r = 0;
	if ((event->flags & PEDIGREE_F_READ) && !empties) {
		unsigned int how = PEDIGREE_FILE_READ;

		if ((event->flags & PEDIGREE_F_WRITE) &&
		    (event->flags & PEDIGREE_F_CREATE))
			how |= PEDIGREE_FILE_MAYBE_NEW;
		if (event->flags & PEDIGREE_F_SETTLED)
			how |= PEDIGREE_FILE_SETTLED;
		r = note_read(access, &spot, how, event->time_ns);
	}
	if (r == 0 && ((event->flags & PEDIGREE_F_WRITE) || empties))
		r = note_write(access, &spot, empties, event->old,
			       event->time_ns);
	return r;
}

static int on_truncate(struct pedigree_access *access,
		       const struct pedigree_event *event)
{
	struct spot spot;
	int r = find_spot(access, event->folder, event->text, &spot);

	if (r <= 0)
		return r;
	return note_write(access, &spot, true, event->old, event->time_ns);
}

static int on_unlink(struct pedigree_access *access,
		     const struct pedigree_event *event)
{
	struct spot spot;
	int r;

	r = find_spot(access, event->folder, event->text, &spot);
	if (r <= 0)
		return r;
	if (event->flags & PEDIGREE_F_FOLDER) {
		/* What was opened under this name was no file. */
		if (file_at(access, spot.name))
			file_at(access, spot.name)->flags &=
				(uint16_t)~PEDIGREE_FILE_INPUT;
		return 0;
	}
	/* The link itself went, not what it leads to. */
	destroy(access, spot.name, event->old);
	access->paths.names.v[spot.name].gone = true;
	return 0;
}

/* Moves what `from` names to `to`; the caller destroyed what was there. */
static int move(struct pedigree_access *access, const struct spot *from,
		uint32_t to)
{
	struct pedigree_file *file = file_at(access, from->name);

	/* A symbolic link moved: files stay where they are. */
	if (access->paths.names.v[from->name].kind == PEDIGREE_NAME_LINK)
		return 0;
	if (!file)
		file = new_file(access, from->name, from);
	if (!file)
		return PEDIGREE_ENOMEM;
	file->flags |= PEDIGREE_FILE_MOVED;
	bind(access, to, (uint32_t)(file - access->files.v));
	access->paths.names.v[from->name].gone = true;
	return 0;
}

static void swap(struct pedigree_access *access, uint32_t a, uint32_t b)
{
	struct pedigree_name *names = access->paths.names.v;
	uint32_t file_a = names[a].file;
	uint32_t file_b = names[b].file;
	bool gone_a = names[a].gone;
	bool gone_b = names[b].gone;

	names[a].file = file_b;
	names[b].file = file_a;
	names[a].gone = gone_b;
	names[b].gone = gone_a;
	if (file_a != PEDIGREE_NOWHERE && !gone_a) {
		access->files.v[file_a].last_name = b;
		access->files.v[file_a].flags |= PEDIGREE_FILE_MOVED;
	}
	if (file_b != PEDIGREE_NOWHERE && !gone_b) {
		access->files.v[file_b].last_name = a;
		access->files.v[file_b].flags |= PEDIGREE_FILE_MOVED;
	}
}

/* A folder below (or at) `old` becomes one below `new`: its names move. */
static int move_names(struct pedigree_access *access, uint32_t folder,
		      const char *to_path, bool exchange)
{
	struct pedigree_paths *paths = &access->paths;
	uint32_t to = pedigree_paths_folder(paths, to_path);
	uint32_t name = paths->folders.v[folder].first;

	if (to == PEDIGREE_NOWHERE)
		return PEDIGREE_ENOMEM;
	if (paths->folders.v[to].real == folder)
		return 0;
	while (name != PEDIGREE_NOWHERE) {
		struct spot from = { folder, name, name };
		uint32_t next = paths->names.v[name].next;
		uint32_t there;

		if (exchange || file_at(access, name)) {
			there = pedigree_paths_name(
				paths, to, paths->names.v[name].text, false);
			if (there == PEDIGREE_NOWHERE)
				return PEDIGREE_ENOMEM;
			if (exchange)
				swap(access, name, there);
			else if (move(access, &from, there) < 0)
				return PEDIGREE_ENOMEM;
		}
		name = next;
	}
	return 0;
}

/* Makes the names of a folder known in another one too. */
static int mirror_names(struct pedigree_access *access, uint32_t folder,
			const char *to_path, bool exchange)
{
	struct pedigree_paths *paths = &access->paths;
	uint32_t to = pedigree_paths_folder(paths, to_path);
	uint32_t name = paths->folders.v[folder].first;

	(void)exchange;
	if (to == PEDIGREE_NOWHERE)
		return PEDIGREE_ENOMEM;
	for (; name != PEDIGREE_NOWHERE; name = paths->names.v[name].next)
		if (pedigree_paths_name(paths, to, paths->names.v[name].text,
					false) == PEDIGREE_NOWHERE)
			return PEDIGREE_ENOMEM;
	return 0;
}

/* Calls each(…, folder, its path with `old` replaced by `new`). */
static int each_below(struct pedigree_access *access, const char *old,
		      const char *new, bool exchange,
		      int (*each)(struct pedigree_access *access,
				  uint32_t folder, const char *to_path,
				  bool exchange))
{
	_cleanup_buf_ struct pedigree_buf to = PEDIGREE_BUF_INIT;
	size_t n = access->paths.folders.n; /* those made here can wait */

	for (uint32_t i = 0; i < n; i++) {
		const struct pedigree_folder *folder =
			&access->paths.folders.v[i];
		int r;

		if (folder->real != i ||
		    !pedigree_path_under(folder->path, old))
			continue;
		pedigree_buf_reset(&to);
		pedigree_buf_add_str(&to, new);
		pedigree_buf_add_str(&to, folder->path + strlen(old));
		if (pedigree_buf_error(&to))
			return PEDIGREE_ENOMEM;
		r = each(access, i, to.data, exchange);
		if (r < 0)
			return r;
	}
	return 0;
}

static int on_folder_rename(struct pedigree_access *access,
			    const struct spot *from, const struct spot *to,
			    bool exchange)
{
	_cleanup_buf_ struct pedigree_buf old = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf new = PEDIGREE_BUF_INIT;
	const struct pedigree_paths *paths = &access->paths;

	pedigree_paths_text(paths, paths->names.v[from->name].folder,
			    from->name, &old);
	pedigree_paths_text(paths, paths->names.v[to->name].folder, to->name,
			    &new);
	if (pedigree_buf_error(&old) || pedigree_buf_error(&new))
		return PEDIGREE_ENOMEM;
	if (pedigree_path_under(new.data, old.data))
		return 0;
	/* So that whatever either side has can change places. */
	if (exchange &&
	    each_below(access, new.data, old.data, true, mirror_names) < 0)
		return PEDIGREE_ENOMEM;
	return each_below(access, old.data, new.data, exchange, move_names);
}

static int on_rename(struct pedigree_access *access,
		     const struct pedigree_event *event)
{
	bool exchange = event->flags & PEDIGREE_F_EXCHANGE;
	struct spot from, to;
	int r = find_spot(access, event->folder, event->text, &from);

	if (r <= 0)
		return r;
	r = find_spot(access, event->folder2, event->text2, &to);
	if (r <= 0)
		return r;
	if (from.name == to.name)
		return 0;
	if (event->flags & PEDIGREE_F_FOLDER)
		return on_folder_rename(access, &from, &to, exchange);
	if (exchange) {
		swap(access, from.name, to.name);
		return 0;
	}
	/* Two links of one file: rename(2) does nothing. */
	if (file_at(access, from.name) &&
	    file_at(access, from.name) == file_at(access, to.name))
		return 0;
	destroy(access, to.name, event->old);
	return move(access, &from, to.name);
}

static int on_link(struct pedigree_access *access,
		   const struct pedigree_event *event)
{
	struct pedigree_file *file;
	struct spot from, to;
	int r = find_spot(access, event->folder, event->text, &from);

	if (r <= 0)
		return r;
	r = find_spot(access, event->folder2, event->text2, &to);
	if (r <= 0)
		return r;
	file = file_at(access, from.at);
	if (!file)
		file = new_file(access, from.at, &from);
	if (!file)
		return PEDIGREE_ENOMEM;
	file->flags |= PEDIGREE_FILE_MOVED;
	bind(access, to.name, (uint32_t)(file - access->files.v));
	return 0;
}

static int on_image(struct pedigree_access *access,
		    const struct pedigree_event *event, uint32_t folder,
		    const char *text, unsigned int how)
{
	struct spot spot;
	int r;

	if (!text[0])
		return 0;
	r = find_spot(access, folder, text, &spot);
	return r <= 0 ? r : note_read(access, &spot, how, event->time_ns);
}

static int on_process(struct pedigree_access *access,
		      const struct pedigree_event *event)
{
	const struct pedigree_process *process;

	if (event->process >= access->log->n_processes)
		return 0;
	process = &access->log->processes[event->process];
	/* A bare name stands for nothing without the search path. */
	if (!strchr(process->program, '/'))
		return 0;
	return on_image(access, event, process->cwd, process->program,
			PEDIGREE_FILE_RUN);
}

static int on_event(struct pedigree_access *access,
		    const struct pedigree_event *event)
{
	if (event->time_ns > access->last_ns)
		access->last_ns = event->time_ns;
	switch (event->type) {
	case PEDIGREE_EV_OPEN:
		return on_open(access, event);
	case PEDIGREE_EV_RENAME:
		return on_rename(access, event);
	case PEDIGREE_EV_LINK:
		return on_link(access, event);
	case PEDIGREE_EV_UNLINK:
		return on_unlink(access, event);
	case PEDIGREE_EV_TRUNCATE:
		return on_truncate(access, event);
	case PEDIGREE_EV_PROCESS:
		return on_process(access, event);
	case PEDIGREE_EV_LOADED:
		return on_image(access, event, event->folder, event->text,
				PEDIGREE_FILE_LOADED);
	default:
		return 0;
	}
}

/*
 * Where standard error goes is a log, as is a file that takes both streams
 * (`>job.log 2>&1`, batch systems): the run did not make it as its product.
 */
static bool takes_messages(const struct pedigree_run_facts *facts,
			   const struct pedigree_inherited *file)
{
	for (size_t i = 0; i < facts->inherited.n; i++)
		if (facts->inherited.v[i].fd == STDERR_FILENO &&
		    strcmp(facts->inherited.v[i].path, file->path) == 0)
			return true;
	return false;
}

static int note_messages(struct pedigree_access *access,
			 const struct spot *spot)
{
	struct pedigree_file *file = file_at(access, spot->at);

	if (!file)
		file = new_file(access, spot->at, spot);
	if (!file)
		return PEDIGREE_ENOMEM;
	file->flags |= PEDIGREE_FILE_MESSAGES;
	return 0;
}

/* Files that the command got as open descriptors, from a shell's `<` or `>`. */
static int note_inherited(struct pedigree_access *access,
			  const struct pedigree_run_facts *facts)
{
	for (size_t i = 0; i < facts->inherited.n; i++) {
		const struct pedigree_inherited *file = &facts->inherited.v[i];
		struct spot spot;
		int r = find_spot(access, PEDIGREE_NONE, file->path, &spot);

		if (r > 0 && file->read)
			r = note_read(access, &spot,
				      PEDIGREE_FILE_READ |
					      (file->settled
						       ? PEDIGREE_FILE_SETTLED
						       : 0),
				      facts->start_ns);
		if (r >= 0 && file->written && takes_messages(facts, file))
			r = note_messages(access, &spot);
		else if (r >= 0 && file->written)
			r = note_write(access, &spot, false, NULL,
				       facts->start_ns);
		if (r < 0)
			return r;
	}
	return 0;
}

int pedigree_access_read(struct pedigree_access *access,
			 const struct pedigree_run_facts *facts,
			 const struct pedigree_evlog *log,
			 struct pedigree_error *err)
{
	int r;

	*access = (struct pedigree_access){ .log = log };
	r = pedigree_paths_init(&access->paths);
	if (r == 0 && log->n_folders) {
		access->folder_of =
			malloc(log->n_folders * sizeof(*access->folder_of));
		if (!access->folder_of)
			r = PEDIGREE_ENOMEM;
		else
			memset(access->folder_of, 0xff,
			       log->n_folders * sizeof(*access->folder_of));
	}
	if (r == 0)
		r = note_inherited(access, facts);
	for (size_t i = 0; i < log->n_events && r == 0; i++)
		r = on_event(access, &log->events[i]);
	if (r < 0) {
		pedigree_access_clear(access);
		return pedigree_fail_memory(err);
	}
	return 0;
}

void pedigree_access_clear(struct pedigree_access *access)
{
	pedigree_paths_clear(&access->paths);
	pedigree_vec_clear(&access->files);
	free(access->folder_of);
	memset(access, 0, sizeof(*access));
}

uint32_t pedigree_access_name(struct pedigree_access *access, const char *path,
			      uint32_t *ret_folder)
{
	uint32_t folder = PEDIGREE_NOWHERE;
	uint32_t name = pedigree_paths_of(&access->paths, path, &folder);

	if (ret_folder)
		*ret_folder = folder;
	return name;
}

bool pedigree_file_renamed_by_link(const struct pedigree_access *access,
				   const struct pedigree_file *file)
{
	return file->opened_name != file->name ||
	       access->paths.folders.v[file->opened_folder].real !=
		       file->opened_folder;
}
