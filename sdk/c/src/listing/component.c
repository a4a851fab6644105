/* The exports of a component that lists hosts. */

#include "../reach.h"

void wl_add_host(wl_call *call, const char *name, const wl_json *data, const wl_json *groups) {
  texts_t list = wl_texts(groups);
  MORE(call->hosts) = (host_t){wl_borrow(name), wl_object_text(data), {list.ptr, list.len}, wl_borrow("{}")};
}

bool exports_windlass_plugin_inventory_hosts(
    text_t *argument, exports_windlass_plugin_inventory_list_host_t *ret, error_t *error) {
  wl_call call = {0};
  windlass_inventory.hosts(&call, wl_owned(*argument));
  *ret = (exports_windlass_plugin_inventory_list_host_t){call.hosts.items, call.hosts.count};
  return wl_ended(&call, error);
}

POST_RETURN("inventory", "hosts", inventory_hosts)

/* The bindings want the object file that says which world this is; `windlass pack build` writes that instead. */
void __component_type_object_force_link_listing(void) {}
