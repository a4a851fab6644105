/* The conformance source of secrets: `keeper:PATH#KEY` is read from a vault, whose address and token are in files, and
 * `keeper:!program/COMMAND` is what a program prints. */

#include <string.h>
#include <windlass_secret_source.h>

#define FOLDER "~/.config/keeper/"
#define PROGRAM "!program/"

/* A file's content, without the newline at its end. */
static const char *setting(wl_call *call, const char *path) {
  char *text = (char *)wl_local_read(call, path, NULL);
  text[strcspn(text, "\n")] = 0;
  return text;
}

static const char *from_program(wl_call *call, const char *command) {
  wl_program *program = wl_with_argument(wl_with_argument(wl_program_new("sh"), "-c"), command);
  return wl_run_program(call, program).text;
}

static const char *from_vault(wl_call *call, const char *name) {
  size_t length = strcspn(name, "#");
  const char *key = name[length] ? name + length + 1 : "value";
  char *path = strcpy(wl_alloc(strlen(name) + 1), name);
  path[length] = 0;
  const char *url = wl_format("%s/v1/%s", setting(call, FOLDER "address"), path);
  wl_json *headers = wl_set(wl_object(), "x-vault-token", wl_string(setting(call, FOLDER "token")));
  wl_answer answer = wl_fetch(call, url, headers);
  const wl_json *data = wl_member(wl_answer_json(call, &answer), "data");
  const char *value = wl_text(wl_member(data, key), NULL);
  if (!value) wl_fail(call, "operation", NULL, wl_format("%s has no `%s`", path, key));
  return value;
}

static const char *get(wl_call *call, const char *name) {
  size_t prefix = strlen(PROGRAM);
  if (strncmp(name, PROGRAM, prefix) == 0) return from_program(call, name + prefix);
  return from_vault(call, name);
}

const wl_secret_source windlass_secret_source = {get};
