/* The host that an actor, or a function of a deploy, acts on. While a deploy adds operations all of it is refused.
 *
 * What is done here is no part of a plan. It is recorded as the steps of plans are, and allowed or refused as they are: a
 * command as `server.shell`, a file that is put or fetched as `files.put` and `files.get`. Facts, the host's data and files
 * of the controller are there as for operations: see windlass.h.
 *
 * `globals` are global arguments that differ from the operation's, an object (`{"_chdir": "/srv"}`), or NULL.
 */
#ifndef WINDLASS_TARGET_H
#define WINDLASS_TARGET_H

#include "windlass.h"

/* What is called by its name at execution. Lists of them end with {0}. */
typedef struct {
  const char *name;
  /* Does it. What it was given is the call's: `wl_arguments`, `wl_argument_text(call, "path")`. What it gives stands in the
   * operation's result; NULL: nothing. */
  const wl_json *(*act)(wl_call *call);
} wl_function;

/* Runs a command; what it printed has known secrets masked. A status other than 0 is no error: see wl_succeed. */
wl_output wl_target_run(wl_call *call, wl_command *command, const wl_json *globals);
/* The output of a command that succeeded. Another status than 0, or a signal, is an error with the last line of standard
 * error. */
wl_output wl_succeed(wl_call *call, wl_output output);
/* Its text without the newline at its end. */
const char *wl_line(const wl_output *output);

/* Puts a file, whole and with its owner and mode. `ownership`: NULL for that of the file it replaces. */
void wl_target_put(
    wl_call *call, const wl_content *content, const char *dest, const wl_ownership *ownership, const wl_json *globals);
/* Fetches a file to a path of the controller: an actor to one that stands in the operation's arguments, a function of a
 * deploy into the deploy's folder; each of them into folders that its pack was granted with `write`. */
void wl_target_get(wl_call *call, const char *src, const char *dest, const wl_json *globals);

/* Plans another operation on what now stands, and runs it at once: `{"changed": boolean, "stdout": text, "stderr": text,
 * "answers": array}`. */
const wl_json *wl_target_operation(
    wl_call *call, const char *operation, const wl_json *args, const wl_json *globals);

/* A part of what an earlier operation gave on this host, by JSON pointer: `/stdout`, `/changed`, `/answers/0`; NULL for
 * nothing. `id`: what `wl_add` gave, or `result.id` of a deploy file. */
const wl_json *wl_target_result(const char *id, const char *pointer);

#endif
