/* Functions that are called by their names. */

#include "../performing.h"

#include <string.h>

/* That there is none of this name, and which there are. */
static void fail_unknown(wl_call *call, const wl_function *functions, const char *what, const char *name) {
  const char *known = "";
  for (const wl_function *one = functions; one && one->name; one++) {
    known = wl_format("%s%s`%s`", known, *known ? ", " : "; there are ", one->name);
  }
  wl_fail(call, "invalid-value", NULL, wl_format("there is no %s `%s`%s", what, name, known));
}

bool wl_call_function(
    const wl_function *functions, const char *what, text_t *name, text_t *payload, text_t *ret, error_t *error) {
  wl_call call = {.args = wl_answered(*payload)};
  const char *wanted = wl_owned(*name);
  const wl_function *one = functions;
  while (one && one->name && strcmp(one->name, wanted) != 0) one++;
  if (one && one->name) *ret = wl_borrow(wl_write(one->act(&call)));
  else fail_unknown(&call, functions, what, wanted);
  return wl_ended(&call, error);
}
