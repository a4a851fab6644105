/* The exports of a component that lists hosts. */

#include "../reach.h"

void wl_add_host(wl_call *call, const char *name, const wl_json *data, const wl_json *groups) {
  LIST(text_t) list = {0};
  for (size_t i = 0; i < wl_count(groups); i++) MORE(list) = wl_borrow(wl_text(wl_item(groups, i), ""));
  const char *text = data ? wl_write(data) : "{}";
  MORE(call->hosts) = (host_t){wl_borrow(name), wl_borrow(text), {list.items, list.count}, wl_borrow("{}")};
}

bool exports_windlass_plugin_inventory_hosts(
    text_t *argument, exports_windlass_plugin_inventory_list_host_t *ret, error_t *error) {
  wl_call call = {0};
  windlass_inventory.hosts(&call, wl_owned(*argument));
  *ret = (exports_windlass_plugin_inventory_list_host_t){call.hosts.items, call.hosts.count};
  return wl_ended(&call, error);
}

__attribute__((export_name("cabi_post_windlass:plugin/inventory@0.1.0#hosts"))) void
    __wasm_export_exports_windlass_plugin_inventory_hosts_post_return(uint8_t *unused) {
  (void)unused;
  wl_release();
}

/* The bindings want the object file that says which world this is; `windlass pack build` writes that instead. */
void __component_type_object_force_link_listing(void) {}
