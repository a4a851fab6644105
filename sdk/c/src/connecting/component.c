/* The exports of a component that reaches hosts by programs. */

#include "../reach.h"

#include <stdlib.h>
#include <string.h>

/* A connection, which lives longer than a call. */
struct exports_windlass_plugin_connector_session_t {
  char *name;
  char *argument;
  char *data;
};

/* A command whose bytes pass through the component: one over a program has none. */
struct exports_windlass_plugin_connector_channel_t {
  char unused;
};

static char *keep(text_t text) {
  char *kept = malloc(text.len + 1);
  if (!kept) abort();
  memcpy(kept, text.ptr, text.len);
  kept[text.len] = 0;
  return kept;
}

static wl_target target_of(const exports_windlass_plugin_connector_session_t *session) {
  return (wl_target){session->name, session->argument, wl_parse(session->data, strlen(session->data))};
}

void exports_windlass_plugin_connector_session_destructor(exports_windlass_plugin_connector_session_t *session) {
  free(session->name);
  free(session->argument);
  free(session->data);
  free(session);
}

bool exports_windlass_plugin_connector_connect(
    text_t *name,
    text_t *argument,
    text_t *data,
    exports_windlass_plugin_connector_own_session_t *ret,
    error_t *error) {
  wl_call call = {0};
  exports_windlass_plugin_connector_session_t *session = malloc(sizeof *session);
  if (!session) abort();
  *session = (exports_windlass_plugin_connector_session_t){keep(*name), keep(*argument), keep(*data)};
  wl_target target = target_of(session);
  if (windlass_connector.connect) windlass_connector.connect(&call, &target);
  if (call.failed) exports_windlass_plugin_connector_session_destructor(session);
  else *ret = exports_windlass_plugin_connector_session_new(session);
  return wl_ended(&call, error);
}

bool exports_windlass_plugin_connector_method_session_exec(
    exports_windlass_plugin_connector_session_t *session,
    exports_windlass_plugin_connector_request_t *request,
    exports_windlass_plugin_connector_execution_t *ret,
    error_t *error) {
  wl_call call = {0};
  wl_target target = target_of(session);
  wl_program *program =
      windlass_connector.exec(&call, &target, wl_bytes(request->command), request->command.len);
  if (!program) wl_fail(&call, "operation", NULL, "the connector's `exec` gives no program");
  if (!call.failed) {
    ret->tag = EXPORTS_WINDLASS_PLUGIN_CONNECTOR_EXECUTION_VIA;
    ret->val.via = wl_contract_program(program);
  }
  return wl_ended(&call, error);
}

bool exports_windlass_plugin_connector_method_session_close(
    exports_windlass_plugin_connector_session_t *session, error_t *error) {
  (void)session, (void)error;
  return true;
}

/* False: the host does both by `exec`. */
bool exports_windlass_plugin_connector_method_session_put(
    exports_windlass_plugin_connector_session_t *session,
    exports_windlass_plugin_connector_borrow_reader_t source,
    text_t *dest,
    uint32_t mode,
    exports_windlass_plugin_connector_result_void_error_t *ret) {
  (void)session, (void)dest, (void)mode;
  windlass_plugin_io_reader_drop_borrow(source);
  *ret = (exports_windlass_plugin_connector_result_void_error_t){0};
  return false;
}

bool exports_windlass_plugin_connector_method_session_get(
    exports_windlass_plugin_connector_session_t *session,
    text_t *src,
    exports_windlass_plugin_connector_borrow_writer_t sink,
    exports_windlass_plugin_connector_result_void_error_t *ret) {
  (void)session, (void)src;
  windlass_plugin_io_writer_drop_borrow(sink);
  *ret = (exports_windlass_plugin_connector_result_void_error_t){0};
  return false;
}

bool exports_windlass_plugin_connector_method_channel_turn(
    exports_windlass_plugin_connector_channel_t *channel,
    bytes_t *input,
    bool eof,
    uint32_t wait_ms,
    exports_windlass_plugin_connector_turn_t *ret,
    error_t *error) {
  (void)channel, (void)input, (void)eof, (void)wait_ms, (void)ret;
  wl_call call = {0};
  wl_fail(&call, "operation", NULL, "this connector has no channels");
  return wl_ended(&call, error);
}

bool exports_windlass_plugin_connector_method_channel_signal(
    exports_windlass_plugin_connector_channel_t *channel, text_t *name, error_t *error) {
  (void)channel, (void)name;
  wl_call call = {0};
  wl_fail(&call, "operation", NULL, "this connector has no channels");
  return wl_ended(&call, error);
}

void exports_windlass_plugin_connector_channel_destructor(exports_windlass_plugin_connector_channel_t *channel) {
  (void)channel;
}

void exports_windlass_plugin_connector_describe(text_t *ret) {
  wl_json *keys = wl_array();
  for (const wl_parameter *one = windlass_connector.keys; one && one->name; one++) {
    wl_json *key = wl_set(wl_object(), "name", wl_string(one->name));
    wl_set(key, "schema", wl_parse(one->schema, strlen(one->schema)));
    wl_set(key, "default", one->otherwise ? wl_parse(one->otherwise, strlen(one->otherwise)) : wl_null());
    wl_set(key, "doc", wl_string(one->doc ? one->doc : ""));
    wl_push(keys, wl_set(key, "secret", wl_boolean(one->secret)));
  }
  *ret = wl_borrow(wl_write(wl_set(wl_object(), "data", keys)));
}

#define POST_RETURN(function, c_name)                                                                 \
  __attribute__((export_name("cabi_post_windlass:plugin/connector@0.1.0#" function))) void            \
      __wasm_export_exports_windlass_plugin_connector_##c_name##_post_return(uint8_t *unused) {       \
    (void)unused;                                                                                     \
    wl_release();                                                                                     \
  }

POST_RETURN("describe", describe)
POST_RETURN("connect", connect)
POST_RETURN("[method]session.exec", method_session_exec)
POST_RETURN("[method]session.close", method_session_close)
POST_RETURN("[method]session.put", method_session_put)
POST_RETURN("[method]session.get", method_session_get)

/* The bindings want the object file that says which world this is; `windlass pack build` writes that instead. */
void __component_type_object_force_link_connecting(void) {}
