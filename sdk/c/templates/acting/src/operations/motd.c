/* An operation that has something done at execution. */

#include <windlass.h>

static void plan_wait(wl_call *call) {
  wl_json *payload = wl_set(wl_object(), "command", wl_string(wl_argument_text(call, "command")));
  wl_set(payload, "tries", wl_integer(wl_whole(wl_argument(call, "tries"), 10)));
  wl_actor(call, "wait", payload);
}

static const wl_operation operations[] = {
    {
        .name = "wait",
        .doc = "Wait until a command succeeds, a second between tries.",
        .examples = (const char *const[]){"motd.wait(command = \"test -e /run/ready\", tries = 5)", NULL},
        .parameters =
            (const wl_parameter[]){
                {.name = "command", .schema = WL_TEXT, .doc = "The command line."},
                {.name = "tries", .schema = WL_WHOLE, .doc = "How often it is tried.", .otherwise = "10"},
                {0}},
        .not_idempotent = true,
        .plan = plan_wait,
    },
    {0},
};

const wl_pack windlass_pack = {"motd", operations, NULL};
