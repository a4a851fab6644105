/* The exports of a deploy. */

#include "../../include/windlass_deploy.h"
#include "../performing.h"

bool exports_windlass_plugin_deploy_run(error_t *error) {
  wl_call call = {0};
  windlass_deploy.run(&call);
  return wl_ended(&call, error);
}

bool exports_windlass_plugin_deploy_callback(text_t *name, text_t *payload, text_t *ret, error_t *error) {
  return wl_call_function(windlass_deploy.functions, "function", name, payload, ret, error);
}

POST_RETURN("deploy", "run", deploy_run)
POST_RETURN("deploy", "callback", deploy_callback)

/* The bindings want the object file that says which world this is; `windlass pack build` writes that instead. */
void __component_type_object_force_link_deploying_world(void) {}
