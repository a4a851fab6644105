/* Granted programs. */

#include "../reach.h"

#include <string.h>

struct wl_program {
  const char *name;
  const char *wrong;
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

static windlass_plugin_process_list_atom_t atoms(wl_program *program, const wl_content *content) {
  const char *wrong = wl_wrong_in(content);
  if (wrong) {
    program->wrong = wrong;
    return (windlass_plugin_process_list_atom_t){0};
  }
  return (windlass_plugin_process_list_atom_t){content->atoms.items, content->atoms.count};
}

wl_program *wl_with_argument(wl_program *program, const char *argument) {
  MORE(program->args) = atoms(program, wl_content_text(argument));
  return program;
}

wl_program *wl_with_bytes(wl_program *program, const void *argument, size_t length) {
  MORE(program->args) = atoms(program, wl_add_bytes(wl_content_new(), argument, length));
  return program;
}

wl_program *wl_with_env(wl_program *program, const char *name, wl_content *value) {
  windlass_plugin_process_tuple2_string_list_atom_t one = {wl_borrow(name), atoms(program, value)};
  MORE(program->env) = one;
  return program;
}

wl_program *wl_with_stdin(wl_program *program, wl_content *content) {
  const char *wrong = wl_wrong_in(content);
  if (wrong) program->wrong = wrong;
  program->input = content;
  return program;
}

wl_program *wl_with_timeout(wl_program *program, uint32_t timeout_ms) {
  program->timeout_ms = timeout_ms;
  return program;
}

windlass_plugin_process_spec_t wl_contract_program(wl_call *call, const wl_program *program) {
  if (!wl_right(call, program->wrong)) return (windlass_plugin_process_spec_t){0};
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
  if (call->failed) return wl_no_output();
  windlass_plugin_process_spec_t spec = wl_contract_program(call, program);
  if (call->failed) return wl_no_output();
  windlass_plugin_process_output_t ended;
  error_t error;
  if (windlass_plugin_process_run(&spec, &ended, &error)) {
    return wl_output_of(&ended.exit, ended.stdout_, ended.stderr_);
  }
  wl_fail_with(call, &error);
  return wl_no_output();
}
