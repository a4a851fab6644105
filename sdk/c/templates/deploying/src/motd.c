/* A deploy: the message of the day, and a look at it once it has changed. */

#include <windlass_deploy.h>

static void run(wl_call *call) {
  wl_json *text = wl_string(wl_text(wl_host("/data/message"), "Welcome\n"));
  wl_json *args = wl_set(wl_object(), "src", wl_set(wl_object(), "$content", text));
  wl_set(wl_set(args, "dest", wl_string("/etc/motd")), "mode", wl_string("644"));
  const char *message = wl_add(call, "files.put", .args = args, .name = "Message");
  wl_add_call(call, "check", .when = wl_if_changed(call, message));
}

/* Runs at execution: how long the message is. */
static const wl_json *check(wl_call *call) {
  wl_output output = wl_succeed(call, wl_target_run(call, wl_shell("cat /etc/motd"), NULL));
  return wl_integer((int64_t)output.length);
}

static const wl_function functions[] = {{"check", check}, {0}};

const wl_deploy windlass_deploy = {run, functions};
