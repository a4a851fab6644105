/* What the pack's operations have done at execution. */

#include <windlass_actor.h>

static const wl_json *wait(wl_call *call) {
  const char *command = wl_argument_text(call, "command");
  int tries = (int)wl_whole(wl_argument(call, "tries"), 1);
  for (int number = 1; number <= tries && !wl_failed(call); number++) {
    if (number > 1) wl_target_run(call, wl_shell("sleep 1"), NULL);
    if (wl_target_run(call, wl_shell("%r", command), NULL).status == 0) {
      return wl_set(wl_object(), "tries", wl_integer(number));
    }
  }
  wl_fail(call, "operation", NULL, wl_format("after %d tries it still fails: %s", tries, command));
  return NULL;
}

const wl_function windlass_actors[] = {{"wait", wait}, {0}};
