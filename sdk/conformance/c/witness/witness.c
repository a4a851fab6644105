/* An observer in C: it counts what happens to operations, and finds fault with one. */

#include <string.h>
#include <windlass_observer.h>

static int count;

static void hear(wl_call *call, const wl_json *event) {
  const char *name = wl_text(wl_member(event, "event"), "");
  if (strncmp(name, "operation-host-", 15) != 0) return;
  wl_log("warning", wl_format("%d %s", ++count, name));
  if (strcmp(wl_text(wl_member(event, "name"), ""), "fault") == 0) {
    wl_fail(call, "operation", NULL, "this one is at fault");
  }
}

const wl_observer windlass_observer = {hear};
