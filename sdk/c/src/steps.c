/* What steps of plans and actors share: files that are sent and fetched, and other operations. */

#include "internal.h"

static optional_text_t optional(const char *text) { return (optional_text_t){text != NULL, wl_borrow(text)}; }

windlass_plugin_types_upload_t wl_contract_upload(
    const wl_content *content, const char *dest, const wl_ownership *ownership) {
  wl_ownership nobody = {0};
  if (!ownership) ownership = &nobody;
  return (windlass_plugin_types_upload_t){
      wl_contract_content(content), wl_borrow(dest),            {ownership->set_mode, ownership->mode},
      optional(ownership->user),    optional(ownership->group), wl_borrow("{}"),
  };
}

windlass_plugin_types_download_t wl_contract_download(const char *src, const char *dest, bool create_folder) {
  const char *more = create_folder ? "{\"create_folder\":true}" : "{}";
  return (windlass_plugin_types_download_t){wl_borrow(src), wl_borrow(dest), wl_borrow(more)};
}

windlass_plugin_types_nested_t wl_contract_nested(const char *operation, const wl_json *args) {
  return (windlass_plugin_types_nested_t){wl_borrow(operation), wl_object_text(args), wl_borrow("{}")};
}
