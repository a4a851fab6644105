/* Granted programs and web addresses. */

#include "../reach.h"

#include <string.h>

struct wl_program {
  const char *name;
  LIST(windlass_plugin_process_list_atom_t) args;
  LIST(windlass_plugin_process_tuple2_string_list_atom_t) env;
  wl_content *input;
  uint32_t timeout_ms;
};

wl_program *wl_program_new(const char *name) {
  wl_program *made = wl_alloc(sizeof *made);
  made->name = name;
  return made;
}

static windlass_plugin_process_list_atom_t atoms(const wl_content *content) {
  return (windlass_plugin_process_list_atom_t){content->atoms.items, content->atoms.count};
}

wl_program *wl_with_argument(wl_program *program, const char *argument) {
  MORE(program->args) = atoms(wl_content_text(argument));
  return program;
}

wl_program *wl_with_bytes(wl_program *program, const void *argument, size_t length) {
  MORE(program->args) = atoms(wl_add_bytes(wl_content_new(), argument, length));
  return program;
}

wl_program *wl_with_env(wl_program *program, const char *name, wl_content *value) {
  windlass_plugin_process_tuple2_string_list_atom_t one = {wl_borrow(name), atoms(value)};
  MORE(program->env) = one;
  return program;
}

wl_program *wl_with_stdin(wl_program *program, wl_content *content) {
  program->input = content;
  return program;
}

wl_program *wl_with_timeout(wl_program *program, uint32_t timeout_ms) {
  program->timeout_ms = timeout_ms;
  return program;
}

windlass_plugin_process_spec_t wl_contract_program(const wl_program *program) {
  windlass_plugin_process_spec_t spec = {
      .program = wl_borrow(program->name),
      .args = {program->args.items, program->args.count},
      .env = {program->env.items, program->env.count},
      .timeout_ms = program->timeout_ms,
      .more = wl_borrow("{}"),
  };
  spec.stdin_.is_some = program->input != NULL;
  if (program->input) spec.stdin_.val = wl_contract_content(program->input);
  return spec;
}

wl_output wl_run_program(wl_call *call, wl_program *program) {
  wl_output output = {.status = -1, .text = "", .bytes = "", .error = ""};
  if (call->failed) return output;
  windlass_plugin_process_spec_t spec = wl_contract_program(program);
  windlass_plugin_process_output_t ended;
  error_t error;
  if (!windlass_plugin_process_run(&spec, &ended, &error)) {
    wl_fail_with(call, &error);
    return output;
  }
  if (ended.exit.status.is_some) output.status = ended.exit.status.val;
  output.text = wl_readable(ended.stdout_);
  output.bytes = wl_bytes(ended.stdout_);
  output.length = ended.stdout_.len;
  output.error = wl_bytes(ended.stderr_);
  output.error_length = ended.stderr_.len;
  return output;
}

wl_answer wl_fetch(wl_call *call, const char *url, const wl_json *headers) {
  wl_answer answer = {0, "", 0};
  if (call->failed) return answer;
  LIST(WORLD(tuple2_string_string_t)) list = {0};
  for (size_t i = 0; i < wl_count(headers); i++) {
    WORLD(tuple2_string_string_t) one = {wl_borrow(wl_key(headers, i)), wl_borrow(wl_text(wl_item(headers, i), ""))};
    MORE(list) = one;
  }
  windlass_plugin_http_request_t request = {
      .method = wl_borrow("GET"),
      .url = wl_borrow(url),
      .headers = {list.items, list.count},
      .more = wl_borrow("{}"),
  };
  windlass_plugin_http_response_t response;
  error_t error;
  if (!windlass_plugin_http_send(&request, &response, &error)) {
    wl_fail_with(call, &error);
    return answer;
  }
  return (wl_answer){response.status, wl_bytes(response.body), response.body.len};
}
