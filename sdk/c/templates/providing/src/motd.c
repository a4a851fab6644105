/* A source of secrets: the password store. */

#include <string.h>
#include <windlass_secret_source.h>

/* Its first line, as `pass` has it. */
static const char *get(wl_call *call, const char *name) {
  wl_program *pass = wl_with_argument(wl_program_new("pass"), "show");
  wl_output output = wl_run_program(call, wl_with_argument(wl_with_argument(pass, "--"), name));
  if (output.status != 0) wl_fail(call, "operation", NULL, wl_format("the password store has no %s", name));
  const size_t line = strcspn(output.text, "\n");
  return memcpy(wl_alloc(line + 1), output.text, line);
}

const wl_secret_source windlass_secret_source = {get};
