/* SPDX-License-Identifier: Apache-2.0 */
/*
 * posix_spawn, system and popen. Their children are made inside libc, and no
 * hook runs in them before the new program does.
 *
 * Records before the call: BLIND, as the exec family. Keeps LD_PRELOAD.
 * Before start-up: the real function; nothing is recorded.
 * Safe in a signal handler and in a vfork child: as the real ones.
 */
#include "config.h"

#include <paths.h>
#include <stdlib.h>
#include <unistd.h>

#include "hooks/gate.h"
#include "hooks/launch.h"
#include "hooks/note.h"
#include "hooks/real.h"

/*
 * The child opens the file inside libc, unseen, so the order to do so is what
 * is recorded. Should nothing be spawned with it, the record says more than
 * happened: a reader drops outputs that did not change, and a file that was
 * to be read and never was stays an input.
 */
int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions,
				     int fd, const char *path, int flags,
				     mode_t mode)
{
	struct pedigree_victim victim;
	int error = pedigree_real_of(posix_spawn_file_actions_addopen)(
		actions, fd, path, flags, mode);

	if (!error && pedigree_gate_on()) {
		pedigree_note_before_open(AT_FDCWD, path, flags, &victim);
		pedigree_note_open(AT_FDCWD, path, flags, -1, &victim);
	}
	return error;
}

static int ended(struct pedigree_launch *launch, int error)
{
	if (error)
		pedigree_launch_failed(launch);
	else
		pedigree_launch_done(launch);
	return error;
}

int posix_spawn(pid_t *pid, const char *path,
		const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attributes, char *const argv[],
		char *const envp[])
{
	struct pedigree_launch launch;

	pedigree_launch_begin(&launch, AT_FDCWD, path, 0, envp,
			      PEDIGREE_LAUNCH_SPAWN);
	return ended(&launch, pedigree_real_of(posix_spawn)(pid, path, actions,
							    attributes, argv,
							    launch.env.envp));
}

int posix_spawnp(pid_t *pid, const char *file,
		 const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attributes, char *const argv[],
		 char *const envp[])
{
	struct pedigree_launch launch;

	pedigree_launch_search(&launch, file, envp, PEDIGREE_LAUNCH_SPAWN);
	return ended(&launch, pedigree_real_of(posix_spawnp)(pid, file, actions,
							     attributes, argv,
							     launch.env.envp));
}

#ifdef HAVE_PIDFD_SPAWN
int pidfd_spawn(int *pidfd, const char *path,
		const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attributes, char *const argv[],
		char *const envp[])
{
	struct pedigree_launch launch;

	pedigree_launch_begin(&launch, AT_FDCWD, path, 0, envp,
			      PEDIGREE_LAUNCH_SPAWN);
	return ended(&launch, pedigree_real_of(pidfd_spawn)(
				      pidfd, path, actions, attributes, argv,
				      launch.env.envp));
}
#endif

#ifdef HAVE_PIDFD_SPAWNP
int pidfd_spawnp(int *pidfd, const char *file,
		 const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attributes, char *const argv[],
		 char *const envp[])
{
	struct pedigree_launch launch;

	pedigree_launch_search(&launch, file, envp, PEDIGREE_LAUNCH_SPAWN);
	return ended(&launch, pedigree_real_of(pidfd_spawnp)(
				      pidfd, file, actions, attributes, argv,
				      launch.env.envp));
}
#endif

/*
 * libc starts the shell with `environ`. A program that took our entry out of
 * its own gets an `environ` with it for the time of the call.
 */
struct shell {
	struct pedigree_launch launch;
	char **saved;
};

static void begin_shell(struct shell *shell)
{
	struct pedigree_launch *launch = &shell->launch;

	pedigree_launch_begin(launch, AT_FDCWD, _PATH_BSHELL, 0, NULL,
			      PEDIGREE_LAUNCH_EXEC);
	pedigree_env_release(&launch->env);
	shell->saved = environ;
	if (!launch->expected)
		return;
	pedigree_env_prepare(&launch->env, environ, true, true);
	environ = (char **)launch->env.envp;
}

static void end_shell(struct shell *shell, bool started)
{
	if (environ == (char **)shell->launch.env.envp)
		environ = shell->saved;
	if (started)
		pedigree_launch_done(&shell->launch);
	else
		pedigree_launch_failed(&shell->launch);
}

int system(const char *command)
{
	struct shell shell;
	int status;

	if (!command || !pedigree_gate_is_captured())
		return pedigree_real_of(system)(command);
	begin_shell(&shell);
	status = pedigree_real_of(system)(command);
	end_shell(&shell, status != -1);
	return status;
}

FILE *popen(const char *command, const char *mode)
{
	struct shell shell;
	FILE *stream;

	if (!pedigree_gate_is_captured())
		return pedigree_real_of(popen)(command, mode);
	begin_shell(&shell);
	stream = pedigree_real_of(popen)(command, mode);
	end_shell(&shell, stream);
	return stream;
}
