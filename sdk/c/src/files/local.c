/* Files on the controller. */

#include "../internal.h"

bool wl_local_stat(wl_call *call, const char *path, wl_entry *entry) {
  text_t asked = wl_borrow(path);
  windlass_plugin_local_files_option_entry_t found;
  error_t error;
  if (!windlass_plugin_local_files_stat(&asked, &found, &error)) {
    wl_fail_with(call, &error);
    return false;
  }
  if (found.is_some && entry) {
    const char *target = found.val.target.is_some ? wl_owned(found.val.target.val) : NULL;
    *entry = (wl_entry){wl_owned(found.val.kind), found.val.mode, found.val.size, target};
  }
  return found.is_some;
}

const char *wl_local_digest(wl_call *call, const char *path, const char *algorithm) {
  text_t asked = wl_borrow(path), how = wl_borrow(algorithm), digest;
  error_t error;
  if (windlass_plugin_local_files_digest(&asked, &how, &digest, &error)) return wl_owned(digest);
  wl_fail_with(call, &error);
  return "";
}

const char *wl_local_read(wl_call *call, const char *path, size_t *length) {
  const uint32_t chunk = 1 << 20;
  wl_text_buffer content = {0};
  wl_grow(&content, "", 0);
  text_t asked = wl_borrow(path);
  bytes_t part = {NULL, chunk};
  error_t error;
  while (part.len == chunk) {
    if (!windlass_plugin_local_files_read(&asked, content.length, chunk, &part, &error)) {
      wl_fail_with(call, &error);
      break;
    }
    wl_grow(&content, (const char *)part.ptr, part.len);
  }
  if (length) *length = content.length;
  return content.text;
}
