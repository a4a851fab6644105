/* Files on the controller. */

#include "../internal.h"

static wl_entry entry_of(const windlass_plugin_local_files_entry_t *found) {
  const char *target = found->target.is_some ? wl_owned(found->target.val) : NULL;
  return (wl_entry){wl_owned(found->kind), found->mode, found->size, target};
}

bool wl_local_stat(wl_call *call, const char *path, wl_entry *entry) {
  text_t asked = wl_borrow(path);
  windlass_plugin_local_files_option_entry_t found;
  error_t error;
  if (!windlass_plugin_local_files_stat(&asked, &found, &error)) {
    wl_fail_with(call, &error);
    return false;
  }
  if (found.is_some && entry) *entry = entry_of(&found.val);
  return found.is_some;
}

bool wl_local_times(wl_call *call, const char *path, int64_t *accessed, int64_t *modified) {
  text_t asked = wl_borrow(path);
  WORLD(tuple2_s64_s64_t) found;
  error_t error;
  if (!windlass_plugin_local_files_times(&asked, &found, &error)) {
    wl_fail_with(call, &error);
    return false;
  }
  if (accessed) *accessed = found.f0;
  if (modified) *modified = found.f1;
  return true;
}

const wl_below *wl_local_walk(wl_call *call, const char *path, size_t *count) {
  text_t asked = wl_borrow(path);
  windlass_plugin_local_files_list_tuple2_string_entry_t found;
  error_t error;
  *count = 0;
  if (!windlass_plugin_local_files_walk(&asked, &found, &error)) {
    wl_fail_with(call, &error);
    return NULL;
  }
  wl_below *all = wl_alloc(found.len * sizeof *all);
  for (size_t i = 0; i < found.len; i++) {
    all[i] = (wl_below){wl_owned(found.ptr[i].f0), entry_of(&found.ptr[i].f1)};
  }
  *count = found.len;
  return all;
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
