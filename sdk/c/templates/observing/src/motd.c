/* An observer: it counts what a run changes, and what fails. */

#include <string.h>
#include <windlass_observer.h>

static int changed, failed;

static void hear(wl_call *call, const wl_json *event) {
  (void)call;
  const char *name = wl_text(wl_member(event, "event"), "");
  if (strcmp(name, "operation-host-success") == 0 && wl_is_true(wl_member(event, "changed"))) changed++;
  if (strcmp(name, "operation-host-error") == 0) failed++;
  if (strcmp(name, "run-end") != 0) return;
  wl_log(failed ? "warning" : "info", wl_format("%d changed, %d failed", changed, failed));
}

const wl_observer windlass_observer = {hear};
