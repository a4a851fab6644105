/* The conformance inventory: `@lister/a+b` by a program, `@lister/http://…` from a web address. */

#include <string.h>
#include <windlass_reach.h>

static void from_cloud(wl_call *call, const char *url) {
  wl_answer answer = wl_fetch(call, url, wl_set(wl_object(), "accept", wl_string("application/json")));
  const wl_json *servers = wl_parse(answer.body, answer.length);
  for (size_t i = 0; i < wl_count(servers); i++) {
    const wl_json *server = wl_item(servers, i);
    const char *address = wl_text(wl_member(server, "address"), NULL);
    wl_json *data = wl_set(wl_object(), "address", wl_string(address));
    wl_set(data, "link", wl_string(wl_text(wl_member(answer.headers, "link"), NULL)));
    wl_add_host(call, wl_text(wl_member(server, "name"), ""), data, NULL);
  }
}

static void hosts(wl_call *call, const char *argument) {
  if (strncmp(argument, "http://", 7) == 0) {
    from_cloud(call, argument);
    return;
  }
  if (!*argument) wl_fail(call, "invalid-value", NULL, "name the hosts, as in @lister/a+b");
  wl_program *program = wl_with_argument(wl_program_new("printf"), "%s\n");
  char *names = wl_alloc(strlen(argument) + 1);
  for (char *name = strtok(strcpy(names, argument), "+"); name; name = strtok(NULL, "+")) {
    wl_with_argument(program, name);
  }
  wl_output output = wl_run_program(call, program);
  char *lines = wl_alloc(strlen(output.text) + 1);
  for (char *line = strtok(strcpy(lines, output.text), "\n"); line; line = strtok(NULL, "\n")) {
    wl_json *data = wl_set(wl_object(), "port", wl_integer(22));
    wl_add_host(call, line, data, wl_push(wl_array(), wl_string("listed")));
  }
}

const wl_inventory_source windlass_inventory = {hosts};
