/* The conformance connector: `@relay/WHERE` runs commands by the program `sh`. */

#include <string.h>
#include <windlass_reach.h>

static const wl_parameter keys[] = {
    {.name = "relay_greeting",
     .schema = WL_TEXT,
     .doc = "What every command can read as $GREETING.",
     .otherwise = "\"hello\""},
    {0},
};

static void connect(wl_call *call, const wl_target *target) {
  if (strcmp(target->argument, "nowhere") == 0) wl_fail(call, "operation", NULL, "there is no way to nowhere");
}

static wl_program *exec(wl_call *call, const wl_target *target, const char *command, size_t length) {
  (void)call;
  const char *greeting = wl_text(wl_member(target->data, "relay_greeting"), "hello");
  wl_program *program = wl_with_argument(wl_program_new("sh"), "-c");
  return wl_with_env(wl_with_bytes(program, command, length), "GREETING", wl_content_text(greeting));
}

const wl_connector windlass_connector = {keys, connect, exec};
