/* The exports of a component that watches runs. */

#include "../../include/windlass_observer.h"
#include "../internal.h"

void exports_windlass_plugin_observer_on_event(text_t *event) {
  wl_call call = {0};
  windlass_observer.hear(&call, wl_parse((const char *)event->ptr, event->len));
  /* Nobody takes an error of it, and the next event may go well. */
  if (call.failed) wl_log("warning", wl_owned(call.error.message));
  wl_release();
}

/* The bindings want the object file that says which world this is; `windlass pack build` writes that instead. */
void __component_type_object_force_link_observing(void) {}
