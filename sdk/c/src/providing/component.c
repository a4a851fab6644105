/* The exports of a component that gives the values of secrets. */

#include "../../include/windlass_secret_source.h"
#include "../internal.h"

bool exports_windlass_plugin_secret_source_get(text_t *name, text_t *ret, error_t *error) {
  wl_call call = {0};
  const char *value = windlass_secret_source.get(&call, wl_owned(*name));
  if (!value) wl_fail(&call, "operation", NULL, "the source of secrets gives no value");
  *ret = wl_borrow(value);
  return wl_ended(&call, error);
}

POST_RETURN("secret-source", "get", secret_source_get)

/* The bindings want the object file that says which world this is; `windlass pack build` writes that instead. */
void __component_type_object_force_link_providing(void) {}
