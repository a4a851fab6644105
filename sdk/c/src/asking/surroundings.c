/* What a call finds around it: the host, the inventory, global arguments. */

#include "../internal.h"

const wl_json *wl_host(const char *pointer) {
  text_t asked = wl_borrow(pointer), text;
  return windlass_plugin_context_host(&asked, &text) ? wl_answered(text) : NULL;
}

const wl_json *wl_inventory(const char *pointer) {
  text_t asked = wl_borrow(pointer), text;
  return windlass_plugin_context_inventory(&asked, &text) ? wl_answered(text) : NULL;
}

const wl_json *wl_global(const char *name) {
  text_t asked = wl_borrow(name), text;
  return windlass_plugin_context_global(&asked, &text) ? wl_answered(text) : NULL;
}

const char *wl_timestamp(void) { return wl_text(wl_global("_timestamp"), "windlass-backup"); }

const char *wl_temp_path(const char *key) {
  text_t asked = wl_borrow(key), path;
  windlass_plugin_context_temp_path(&asked, &path);
  return wl_owned(path);
}
