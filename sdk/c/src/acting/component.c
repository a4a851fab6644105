/* The exports of a component with a pack's actors. */

#include "../../include/windlass_actor.h"
#include "../performing.h"

bool exports_windlass_plugin_actor_act(text_t *name, text_t *payload, text_t *ret, error_t *error) {
  return wl_call_function(windlass_actors, "actor", name, payload, ret, error);
}

POST_RETURN("actor", "act", actor_act)

/* The bindings want the object file that says which world this is; `windlass pack build` writes that instead. */
void __component_type_object_force_link_acting(void) {}
