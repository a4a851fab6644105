/* A pack with one operation and one fact. */

#include <windlass.h>

static void ask_text(wl_call *call) {
  wl_ask_shell(call, wl_shell("cat /etc/motd 2> /dev/null || true"));
}

static wl_json *read_text(wl_call *call, const wl_output *output) {
  (void)call;
  return *output->text ? wl_string(output->text) : wl_null();
}

static void set(wl_call *call) {
  wl_json *text = wl_string(wl_argument_text(call, "text"));
  if (wl_equal(wl_get(call, "motd.Text", NULL), text)) {
    wl_note(call, "the message is set already");
    return;
  }
  wl_content *content = wl_content_text(wl_text(text, ""));
  wl_step *step = wl_upload(call, content, "/etc/motd", &(wl_ownership){.set_mode = true, .mode = 0644});
  wl_predict(step, "motd.Text", NULL, text);
}

static const wl_operation operations[] = {
    {
        .name = "set",
        .doc = "Set the message of the day.",
        .examples =
            (const char *const[]){"motd.set(name = \"Greeting\", text = \"Welcome\\n\", _sudo = True)", NULL},
        .parameters =
            (const wl_parameter[]){
                {.name = "text", .schema = WL_TEXT, .doc = "What users see when they log in."}, {0}},
        .plan = set,
    },
    {0},
};

static const wl_fact facts[] = {
    {
        .name = "Text",
        .doc = "The message of the day; null when there is none.",
        .examples = (const char *const[]){"motd.Text", NULL},
        .ask = ask_text,
        .read = read_text,
    },
    {0},
};

const wl_pack windlass_pack = {"motd", operations, facts};
