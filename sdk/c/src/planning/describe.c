/* What a pack says of its operations and facts. */

#include "../internal.h"

#include <string.h>

typedef exports_windlass_plugin_operations_operation_info_t operation_info_t;
typedef exports_windlass_plugin_fact_source_fact_info_t fact_info_t;
typedef windlass_plugin_types_parameter_t parameter_t;

static text_t text_or(const char *text, const char *otherwise) { return wl_borrow(text ? text : otherwise); }
static optional_text_t optional(const char *text) { return (optional_text_t){text != NULL, wl_borrow(text)}; }

/* Allows null beside what a schema allows, as shortly as it can be said. */
static wl_json *or_null(wl_json *schema) {
  const wl_json *kinds = wl_member(schema, "type"), *any = wl_member(schema, "anyOf");
  wl_json *null_kind = wl_string("null");
  wl_json *null_schema = wl_set(wl_object(), "type", null_kind);
  if (wl_count(schema) == 0) return schema;
  if (kinds && !wl_member(schema, "enum")) {
    wl_json *list = wl_array();
    if (wl_kind_of(kinds) == WL_STRING) wl_push(list, (wl_json *)kinds);
    for (size_t i = 0; i < wl_count(kinds); i++) wl_push(list, (wl_json *)wl_item(kinds, i));
    return wl_set(schema, "type", wl_push(list, null_kind));
  }
  if (any) {
    wl_push((wl_json *)any, null_schema);
    return schema;
  }
  return wl_set(wl_object(), "anyOf", wl_push(wl_push(wl_array(), schema), null_schema));
}

static text_t schema_of(const wl_parameter *parameter) {
  if (!parameter->optional) return wl_borrow(parameter->schema);
  wl_json *schema = wl_parse(parameter->schema, strlen(parameter->schema));
  /* What is no JSON the host refuses, with the parameter's name. */
  return wl_borrow(schema ? wl_write(or_null(schema)) : parameter->schema);
}

static windlass_plugin_types_option_json_t default_of(const wl_parameter *parameter) {
  const char *given = parameter->given ? parameter->given : "";
  const char *text = parameter->otherwise;
  if (!text && parameter->optional) text = "null";
  if (!text && strcmp(given, "rest-list") == 0) text = "[]";
  if (!text && strcmp(given, "rest-map") == 0) text = "{}";
  return (windlass_plugin_types_option_json_t){text != NULL, wl_borrow(text)};
}

static exports_windlass_plugin_operations_list_parameter_t parameters_of(const wl_parameter *parameters) {
  LIST(parameter_t) list = {0};
  for (; parameters && parameters->name; parameters++) {
    MORE(list) = (parameter_t){
        wl_borrow(parameters->name), text_or(parameters->given, "either"), schema_of(parameters),
        default_of(parameters),      text_or(parameters->doc, ""),         parameters->secret,
        wl_borrow("{}"),
    };
  }
  return (exports_windlass_plugin_operations_list_parameter_t){list.items, list.count};
}

static void put_texts(wl_json *more, const char *key, const char *const *texts) {
  if (!texts || !*texts) return;
  wl_json *list = wl_array();
  for (; *texts; texts++) wl_push(list, wl_string(*texts));
  wl_set(more, key, list);
}

static text_t full_name(const char *name) {
  return wl_borrow(wl_format("%s.%s", windlass_pack.namespace, name));
}

void exports_windlass_plugin_operations_describe(exports_windlass_plugin_operations_list_operation_info_t *ret) {
  LIST(operation_info_t) list = {0};
  for (const wl_operation *one = windlass_pack.operations; one && one->name; one++) {
    wl_json *more = wl_object();
    put_texts(more, "examples", one->examples);
    put_texts(more, "uses", one->uses);
    MORE(list) = (operation_info_t){
        full_name(one->name), text_or(one->doc, ""), parameters_of(one->parameters), !one->not_idempotent,
        one->hidden,          optional(one->alias_of), wl_borrow(wl_write(more)),
    };
  }
  *ret = (exports_windlass_plugin_operations_list_operation_info_t){list.items, list.count};
}

void exports_windlass_plugin_fact_source_describe(exports_windlass_plugin_fact_source_list_fact_info_t *ret) {
  LIST(fact_info_t) list = {0};
  for (const wl_fact *one = windlass_pack.facts; one && one->name; one++) {
    wl_json *more = wl_object();
    put_texts(more, "examples", one->examples);
    if (one->user_dependent) wl_set(more, "user_dependent", wl_boolean(true));
    if (one->takes_command) wl_set(more, "takes_command", wl_boolean(true));
    exports_windlass_plugin_operations_list_parameter_t parameters = parameters_of(one->parameters);
    MORE(list) = (fact_info_t){
        full_name(one->name),
        text_or(one->doc, ""),
        {parameters.ptr, parameters.len},
        text_or(one->otherwise, "null"),
        text_or(one->stability, "state"),
        optional(one->required),
        one->batch ? one->batch : 1,
        text_or(one->globals, "{}"),
        wl_borrow(wl_write(more)),
    };
  }
  *ret = (exports_windlass_plugin_fact_source_list_fact_info_t){list.items, list.count};
}
