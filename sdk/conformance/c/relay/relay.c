/* The conformance connector: `@relay/WHERE` runs commands by the program `sh`, `@relay/echo` through itself. */

#include <stdlib.h>
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
  if (strcmp(target->argument, "echo") == 0) return NULL;
  const char *greeting = wl_text(wl_member(target->data, "relay_greeting"), "hello");
  wl_program *program = wl_with_argument(wl_program_new("sh"), "-c");
  return wl_with_env(wl_with_bytes(program, command, length), "GREETING", wl_content_text(greeting));
}

/* ---- A channel that gives back its command, then what it reads ---- */

typedef struct {
  size_t length;
  char *bytes;
} echo;

static void *open(wl_call *call, const wl_target *target, const char *command, size_t length) {
  (void)call, (void)target;
  echo *made = malloc(sizeof *made);
  *made = (echo){length, malloc(length + 1)};
  memcpy(made->bytes, command, length);
  return made;
}

static wl_turn turn(wl_call *call, void *channel, const wl_input *input) {
  (void)call;
  echo *of = channel;
  of->bytes = realloc(of->bytes, of->length + input->length + 1);
  memcpy(of->bytes + of->length, input->bytes, input->length);
  of->length += input->length;
  wl_turn brought = {.taken = input->length, .ended = input->end};
  if (input->end) brought.output = of->bytes, brought.output_length = of->length;
  return brought;
}

static void signal(wl_call *call, void *channel, const char *name) { (void)call, (void)channel, (void)name; }

static void close(void *channel) {
  free(((echo *)channel)->bytes);
  free(channel);
}

static const wl_channels channels = {open, turn, signal, close};

const wl_connector windlass_connector = {keys, connect, exec, &channels};
