/* The exports of a component that reaches hosts: connections, and how commands run on them. */

#include "channel.h"

#include <stdlib.h>
#include <string.h>

/* A connection, which lives longer than a call. */
struct exports_windlass_plugin_connector_session_t {
  char *name;
  char *argument;
  char *data;
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
  const char *command = wl_bytes(request->command);
  size_t length = request->command.len;
  wl_program *program =
      windlass_connector.exec ? windlass_connector.exec(&call, &target, command, length) : NULL;
  if (!program && !call.failed) {
    ret->tag = EXPORTS_WINDLASS_PLUGIN_CONNECTOR_EXECUTION_DIRECT;
    ret->val.direct = wl_open_channel(&call, &target, command, length);
  } else if (!call.failed) {
    ret->tag = EXPORTS_WINDLASS_PLUGIN_CONNECTOR_EXECUTION_VIA;
    ret->val.via = wl_contract_program(&call, program);
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

POST_RETURN("connector", "describe", connector_describe)
POST_RETURN("connector", "connect", connector_connect)
POST_RETURN("connector", "[method]session.exec", connector_method_session_exec)
POST_RETURN("connector", "[method]session.close", connector_method_session_close)
POST_RETURN("connector", "[method]session.put", connector_method_session_put)
POST_RETURN("connector", "[method]session.get", connector_method_session_get)

/* The bindings want the object file that says which world this is; `windlass pack build` writes that instead. */
void __component_type_object_force_link_connecting(void) {}
