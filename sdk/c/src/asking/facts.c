/* Facts of the host, for what plans, acts or deploys. */

#include "../internal.h"

const wl_json *wl_get_with(wl_call *call, const char *fact, wl_json *args, wl_json *parts, wl_json *globals) {
  if (call->failed) return NULL;
  windlass_plugin_facts_request_t request = {
      wl_borrow(fact), wl_object_text(args), wl_texts(parts), wl_object_text(globals)};
  text_t text;
  error_t error;
  if (windlass_plugin_facts_get(&request, &text, &error)) return wl_answered(text);
  wl_fail_with(call, &error);
  return NULL;
}

const wl_json *wl_get(wl_call *call, const char *fact, wl_json *args) {
  return wl_get_with(call, fact, args, NULL, NULL);
}

const wl_json *wl_get_all(wl_call *call, const wl_question *questions, size_t count) {
  wl_json *values = wl_array();
  if (call->failed) return values;
  windlass_plugin_facts_request_t *requests = wl_alloc(count * sizeof *requests);
  for (size_t i = 0; i < count; i++) {
    requests[i] = (windlass_plugin_facts_request_t){
        wl_borrow(questions[i].fact), wl_object_text(questions[i].args), {0}, wl_borrow("{}")};
  }
  windlass_plugin_facts_list_request_t list = {requests, count};
  windlass_plugin_facts_list_result_json_error_t answers;
  windlass_plugin_facts_get_all(&list, &answers);
  for (size_t i = 0; i < answers.len; i++) {
    if (answers.ptr[i].is_err) wl_fail_with(call, &answers.ptr[i].val.err);
    else wl_push(values, (wl_json *)wl_answered(answers.ptr[i].val.ok));
  }
  return values;
}
