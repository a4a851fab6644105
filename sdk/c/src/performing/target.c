/* What is done on the host at execution. */

#include "../performing.h"

#include <string.h>

/* ---- Commands ---- */

wl_output wl_target_run(wl_call *call, wl_command *command, const wl_json *globals) {
  if (call->failed || !wl_right(call, command->wrong)) return wl_no_output();
  windlass_plugin_types_shell_t shell = wl_contract_shell(command);
  text_t with = wl_object_text(globals);
  windlass_plugin_target_output_t ended;
  error_t error;
  if (windlass_plugin_target_run(&shell, &with, &ended, &error)) {
    return wl_output_of(&ended.exit, ended.stdout_, ended.stderr_);
  }
  wl_fail_with(call, &error);
  return wl_no_output();
}

wl_output wl_succeed(wl_call *call, wl_output output) {
  if (call->failed || output.status == 0) return output;
  const char *how = output.signal ? wl_format("was ended by %s", output.signal)
                                  : wl_format("ended with status %d", (int)output.status);
  size_t end = output.error_length;
  while (end && strchr(" \t\r\n", output.error[end - 1]) && output.error[end - 1]) end--;
  size_t start = end;
  while (start && output.error[start - 1] != '\n') start--;
  const char *said = wl_readable((bytes_t){(uint8_t *)output.error + start, end - start});
  wl_fail(call, "operation", NULL, wl_format("the command %s%s%s", how, *said ? ": " : "", said));
  return output;
}

const char *wl_line(const wl_output *output) {
  size_t length = strlen(output->text);
  return wl_copy(output->text, length && output->text[length - 1] == '\n' ? length - 1 : length);
}

/* ---- Files ---- */

void wl_target_put(
    wl_call *call, const wl_content *content, const char *dest, const wl_ownership *ownership, const wl_json *globals) {
  if (call->failed || !wl_right(call, wl_wrong_in(content))) return;
  windlass_plugin_types_upload_t upload = wl_contract_upload(content, dest, ownership);
  text_t with = wl_object_text(globals);
  error_t error;
  if (!windlass_plugin_target_put(&upload, &with, &error)) wl_fail_with(call, &error);
}

void wl_target_get(wl_call *call, const char *src, const char *dest, const wl_json *globals) {
  if (call->failed) return;
  windlass_plugin_types_download_t download = wl_contract_download(src, dest, false);
  text_t with = wl_object_text(globals);
  error_t error;
  if (!windlass_plugin_target_get(&download, &with, &error)) wl_fail_with(call, &error);
}

/* ---- Operations ---- */

const wl_json *wl_target_operation(
    wl_call *call, const char *operation, const wl_json *args, const wl_json *globals) {
  if (call->failed) return NULL;
  windlass_plugin_types_nested_t nested = wl_contract_nested(operation, args);
  text_t with = wl_object_text(globals), given;
  error_t error;
  if (windlass_plugin_target_operation(&nested, &with, &given, &error)) return wl_answered(given);
  wl_fail_with(call, &error);
  return NULL;
}

const wl_json *wl_target_result(const char *id, const char *pointer) {
  text_t operation = wl_borrow(id), part = wl_borrow(pointer), found;
  return windlass_plugin_target_result_of(&operation, &part, &found) ? wl_answered(found) : NULL;
}
