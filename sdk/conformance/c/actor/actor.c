/* The conformance actors: what tests/guests/actor does, as far as actors may. */

#include <windlass_actor.h>

static wl_command *command(wl_call *call) { return wl_shell("%r", wl_argument_text(call, "command")); }

/* A command's end and output. */
static const wl_json *run(wl_call *call) {
  wl_output ran = wl_target_run(call, command(call), wl_argument(call, "globals"));
  wl_json *answer = wl_set(wl_object(), "status", wl_integer(ran.status));
  return wl_set(answer, "stdout", wl_string(wl_line(&ran)));
}

/* A file with a secret in it: what the operation was given as its first. */
static const wl_json *put(wl_call *call) {
  const char *local = wl_argument_text(call, "local");
  wl_content *content = local ? wl_content_local(local) : wl_content_text(wl_argument_text(call, "content"));
  if (wl_is_true(wl_argument(call, "secret"))) {
    wl_add_value(content, wl_set(wl_object(), "$secret", wl_integer(0)), NULL);
  }
  wl_target_put(call, content, wl_argument_text(call, "dest"), NULL, NULL);
  return NULL;
}

static const wl_json *get(wl_call *call) {
  wl_target_get(call, wl_argument_text(call, "src"), wl_argument_text(call, "dest"), NULL);
  return NULL;
}

static const wl_json *operation(wl_call *call) {
  const char *name = wl_argument_text(call, "operation");
  const wl_json *given = wl_target_operation(call, name, wl_argument(call, "args"), NULL);
  wl_json *answer = wl_set(wl_object(), "changed", wl_boolean(wl_is_true(wl_member(given, "changed"))));
  wl_set(answer, "stdout", wl_string(wl_text(wl_member(given, "stdout"), "")));
  return wl_set(answer, "answers", (wl_json *)wl_member(given, "answers"));
}

static const wl_json *result(wl_call *call) {
  const wl_json *found = wl_target_result(wl_argument_text(call, "id"), wl_argument_text(call, "pointer"));
  return wl_set(wl_object(), "found", (wl_json *)found);
}

/* A fact before and after a command: what runs drops what was known. */
static const wl_json *look(wl_call *call) {
  wl_json *file = wl_set(wl_object(), "path", wl_string(wl_argument_text(call, "path")));
  bool before = wl_kind_of(wl_get(call, "files.File", file)) == WL_NULL;
  wl_succeed(call, wl_target_run(call, command(call), NULL));
  bool after = wl_kind_of(wl_get(call, "files.File", file)) == WL_NULL;
  return wl_set(wl_set(wl_object(), "before", wl_boolean(before)), "after", wl_boolean(after));
}

static const wl_json *several(wl_call *call) {
  for (int number = 0; number < 3; number++) wl_succeed(call, wl_target_run(call, wl_shell("echo %d", number), NULL));
  return wl_string("done");
}

const wl_function windlass_actors[] = {
    {"run", run},   {"put", put},         {"get", get}, {"operation", operation}, {"result", result},
    {"look", look}, {"several", several}, {0},
};
