/* Write operations and facts for Windlass in C.
 *
 * A component is one table, `windlass_pack`, of operations and facts. Everything that these functions give lives
 * until the call ends; nothing is freed by hand.
 *
 * Errors stick: the first one that a call meets (wl_fail, or an answer of the host) is what the call gives. What
 * runs after it does no harm, and answers that are missing read as null, so a check is needed only where work would
 * be wasted (wl_failed) or where an error is expected (wl_caught).
 *
 * Text is UTF-8 that a zero byte ends. What may be something else is bytes.
 */
#ifndef WINDLASS_H
#define WINDLASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- JSON ---- */

/* A value. Functions that read one take NULL as JSON's null. */
typedef struct wl_json wl_json;

typedef enum { WL_NULL, WL_BOOLEAN, WL_NUMBER, WL_STRING, WL_ARRAY, WL_OBJECT } wl_kind;

wl_json *wl_null(void);
wl_json *wl_boolean(bool value);
wl_json *wl_integer(int64_t value);
/* A number as it is written in JSON: "0.5". */
wl_json *wl_number(const char *text);
wl_json *wl_string(const char *text);
wl_json *wl_array(void);
wl_json *wl_object(void);
/* Adds to an array, or to an object; they give it back, so that calls can be nested. */
wl_json *wl_push(wl_json *array, wl_json *value);
wl_json *wl_set(wl_json *object, const char *key, wl_json *value);

wl_kind wl_kind_of(const wl_json *value);
bool wl_is_true(const wl_json *value);
/* Text, or `otherwise` where the value is none; up to a zero byte, where there is one in it. */
const char *wl_text(const wl_json *value, const char *otherwise);
/* A whole number, or `otherwise` where the value is none, or none of 64 bits. */
int64_t wl_whole(const wl_json *value, int64_t otherwise);
/* How many items or members it has. */
size_t wl_count(const wl_json *value);
/* An array's item, or an object's member by position; and the member's key. */
const wl_json *wl_item(const wl_json *value, size_t position);
const char *wl_key(const wl_json *object, size_t position);
/* An object's member; NULL where there is none. Of several with this key, the last one. */
const wl_json *wl_member(const wl_json *object, const char *key);
/* Whether two values are the same; the keys of objects have no order. */
bool wl_equal(const wl_json *one, const wl_json *other);
/* Reads and writes JSON. What is no JSON reads as NULL. */
wl_json *wl_parse(const char *text, size_t length);
const char *wl_write(const wl_json *value);

/* ---- Memory and text ---- */

/* Memory until the call ends. */
void *wl_alloc(size_t size);
/* Text of pieces: %s text, %d an int, %z a size_t, %% a percent sign. */
const char *wl_format(const char *format, ...);

/* ---- What a pack says of itself ---- */

/* JSON Schemas of parameters' values. */
#define WL_TEXT "{\"type\":\"string\"}"
#define WL_TRUTH "{\"type\":\"boolean\"}"
#define WL_WHOLE "{\"type\":\"integer\"}"
#define WL_REAL "{\"type\":\"number\"}"
#define WL_ANY "{}"
#define WL_PATH "{\"type\":\"string\",\"format\":\"path\"}"
#define WL_LOCAL_PATH "{\"type\":\"string\",\"format\":\"local-path\"}"
#define WL_MODE "{\"type\":[\"integer\",\"string\"],\"format\":\"mode\"}"
#define WL_LIST(item) "{\"type\":\"array\",\"items\":" item "}"
#define WL_MAP(item) "{\"type\":\"object\",\"additionalProperties\":" item "}"
#define WL_ONE_OR_MANY(item) "{\"anyOf\":[" item "," WL_LIST(item) "]}"
/* WL_CHOICE("\"on\",\"off\"") */
#define WL_CHOICE(values) "{\"enum\":[" values "]}"

/* One parameter. Lists of them end with {0}. */
typedef struct {
  const char *name;
  /* The schema of its values: one of the above. */
  const char *schema;
  const char *doc;
  /* Its default, as JSON; NULL: it must be given, unless it is optional. */
  const char *otherwise;
  /* May be left out, and is then null. */
  bool optional;
  /* Accepts a secret. */
  bool secret;
  /* How it is given: NULL (by position or name), "keyword", "rest-list" or "rest-map". */
  const char *given;
} wl_parameter;

typedef struct wl_call wl_call;

/* One operation. Lists of them end with {0}. */
typedef struct {
  const char *name;
  const char *doc;
  const wl_parameter *parameters;
  /* Plans it. */
  void (*plan)(wl_call *call);
  /* How it is used in a deploy; operations that it may nest. Lists of text that end with NULL. */
  const char *const *examples;
  const char *const *uses;
  /* Planned again after it ran, there may be something to do. */
  bool not_idempotent;
  /* Only for use by other operations. */
  bool hidden;
  /* The operation that this is another name of. */
  const char *alias_of;
} wl_operation;

/* What a command gave: a fact's, a program's, or one that an actor ran. */
typedef struct {
  /* The exit status; -1 when a signal ended the command. */
  int32_t status;
  /* The signal's name without `SIG`, where it is known; NULL: none. */
  const char *signal;
  /* Standard output as text; what is no UTF-8 is replaced. */
  const char *text;
  /* Standard output and error as they came, with a zero byte after them. */
  const char *bytes;
  size_t length;
  const char *error;
  size_t error_length;
  /* Of a fact: what other facts answered, or a probe found. */
  const wl_json *values;
} wl_output;

/* One fact. Lists of them end with {0}. */
typedef struct {
  const char *name;
  const char *doc;
  const wl_parameter *parameters;
  /* Asks: calls one of the functions wl_ask…. */
  void (*ask)(wl_call *call);
  /* Reads the value from what came back. */
  wl_json *(*read)(wl_call *call, const wl_output *output);
  /* For several requests (an array of their arguments) at once, as many as `batch` says; the values are an array. */
  void (*ask_together)(wl_call *call, const wl_json *requests);
  wl_json *(*read_together)(wl_call *call, const wl_json *requests, const wl_output *output);
  uint32_t batch;
  const char *const *examples;
  /* How long it holds: NULL or "state" (until operations change it), "immutable", "volatile". */
  const char *stability;
  /* Its value where the required program is missing, as JSON; NULL: null. */
  const char *otherwise;
  const char *required;
  /* Global arguments that its command is run with, as JSON. */
  const char *globals;
  bool user_dependent;
  bool takes_command;
} wl_fact;

/* A component: what a pack's source defines once. */
typedef struct {
  const char *namespace;
  const wl_operation *operations;
  const wl_fact *facts;
} wl_pack;

extern const wl_pack windlass_pack;

/* ---- A call and its arguments ---- */

/* All arguments, defaults filled in. */
const wl_json *wl_arguments(const wl_call *call);
/* One argument; null where it was left out. */
const wl_json *wl_argument(const wl_call *call, const char *name);
/* An argument that is text or a path; NULL where it was left out, or is a secret. */
const char *wl_argument_text(wl_call *call, const char *name);
/* A path on the target: text that is not empty and has no zero byte. */
const char *wl_argument_path(wl_call *call, const char *name);
/* Permission bits, of octal digits as number or text. */
uint32_t wl_argument_mode(wl_call *call, const char *name);
/* The number of the secret that a value is the handle of; -1 where it is none. */
int64_t wl_secret_of(const wl_json *value);

/* Fails with one of the contract's kinds ("operation", "invalid-value", …). `at`: the argument it is about, or NULL. */
void wl_fail(wl_call *call, const char *kind, const char *at, const char *message);
bool wl_failed(const wl_call *call);
/* Takes back an error of this kind; true where there was one. */
bool wl_caught(wl_call *call, const char *kind);

/* ---- Asking ---- */

/* Asks for a fact. `args`: an object, or NULL. */
const wl_json *wl_get(wl_call *call, const char *fact, wl_json *args);
/* Asks for parts of it (JSON pointers, an array) or with other global arguments (an object); NULL for none. */
const wl_json *wl_get_with(wl_call *call, const char *fact, wl_json *args, wl_json *parts, wl_json *globals);

/* A question for wl_get_all. */
typedef struct {
  const char *fact;
  wl_json *args;
} wl_question;

/* Asks for several at once, in as few round trips as they need; an array of the values. */
const wl_json *wl_get_all(wl_call *call, const wl_question *questions, size_t count);

/* What a JSON pointer names in `{name, groups, data}` of the host, and in the inventory; NULL for nothing. */
const wl_json *wl_host(const char *pointer);
const wl_json *wl_inventory(const char *pointer);
/* The operation's value of a global argument (`_sudo_user`). */
const wl_json *wl_global(const char *name);
/* The start of the run, for the names of backups. */
const char *wl_timestamp(void);
/* A path on the target for a temporary file that nobody else can read or write. */
const char *wl_temp_path(const char *key);

/* Files on the controller that this call's arguments name, and the pack's assets (`pack:PATH`). */
typedef struct {
  const char *kind; /* file, dir, link, other */
  uint32_t mode;
  uint64_t size;
  const char *target;
} wl_entry;

/* False where there is nothing, or for an error. */
bool wl_local_stat(wl_call *call, const char *path, wl_entry *entry);
/* In lower-case hexadecimal; `algorithm`: md5, sha1, sha256 or sha384. */
const char *wl_local_digest(wl_call *call, const char *path, const char *algorithm);
/* Access and modification time, in microseconds since 1970-01-01 UTC. False for an error. */
bool wl_local_times(wl_call *call, const char *path, int64_t *accessed, int64_t *modified);

/* What lies below a folder: its path from there. */
typedef struct {
  const char *path;
  wl_entry entry;
} wl_below;

/* All that lies below a folder, sorted, links not followed. NULL for an error. */
const wl_below *wl_local_walk(wl_call *call, const char *path, size_t *count);
/* A file's content, with a zero byte after it. */
const char *wl_local_read(wl_call *call, const char *path, size_t *length);

/* level: debug, info or warning. */
void wl_log(const char *level, const char *message);

/* ---- Content and commands ---- */

/* What a file will hold or a command will read. The call fails where content or a command is used that was made of what
 * it cannot be made of: NULL, or a value that is neither text nor a secret. */
typedef struct wl_content wl_content;

wl_content *wl_content_new(void);
wl_content *wl_content_text(const char *text);
/* A file on the controller, read at execution. */
wl_content *wl_content_local(const char *path);
/* These add a piece, and give the content back. */
wl_content *wl_add_text(wl_content *content, const char *text);
wl_content *wl_add_bytes(wl_content *content, const void *bytes, size_t length);
/* Text, or a secret by its handle. `encodings` of a secret: text ended by NULL, or NULL for none. */
wl_content *wl_add_value(wl_content *content, const wl_json *value, const char *const *encodings);

/* Whether content has a digest; whether a secret is empty. */
bool wl_secret_matches(wl_call *call, const wl_content *content, const char *algorithm, const char *digest);
bool wl_secret_is_empty(wl_call *call, int64_t secret);

/* A command for the target's shell. */
typedef struct wl_command wl_command;

/* A command line: %w one argument, quoted; %p a path on the target; %d an int as an argument; %l an array of
 * arguments, text or numbers, %P one of paths (wl_json *); %r shell text as it is; %% a percent sign. */
wl_command *wl_shell(const char *format, ...);
wl_command *wl_stdin(wl_command *command, wl_content *content);
wl_command *wl_env(wl_command *command, const char *name, wl_content *value);
/* A private file, whose path stands in `$NAME`. */
wl_command *wl_file(wl_command *command, const char *name, wl_content *content);

/* What a fact's `ask` calls, once. */
void wl_ask_shell(wl_call *call, wl_command *command);
void wl_ask_probe(wl_call *call, const char *kind, wl_json *args);
/* May be called several times. `parts`: JSON pointers, an array, or NULL. */
void wl_ask_fact(wl_call *call, const char *fact, wl_json *args, wl_json *parts);

/* ---- The plan ---- */

/* A step; predictions and global arguments may be added. */
typedef struct wl_step wl_step;

typedef struct {
  /* Whether a mode is set, and its bits. */
  bool set_mode;
  uint32_t mode;
  /* Owner and group; NULL: those of the file it replaces. */
  const char *user;
  const char *group;
} wl_ownership;

wl_step *wl_run(wl_call *call, wl_command *command);
/* `ownership`: NULL for that of the file it replaces. */
wl_step *wl_upload(wl_call *call, wl_content *content, const char *dest, const wl_ownership *ownership);
wl_step *wl_download(wl_call *call, const char *src, const char *dest, bool create_folder);
/* A folder, or with `/` at the end of `src` what is in it. `options`: those that shape its copy ("--exclude=*.pyc"), up to
 * NULL; others are refused when it is planned. NULL for none. */
wl_step *wl_rsync(wl_call *call, const char *src, const char *dest, const char *const *options);
wl_step *wl_actor(wl_call *call, const char *actor, const wl_json *payload);
wl_step *wl_reboot(wl_call *call, wl_command *command, uint32_t delay_ms, uint32_t interval_ms, uint32_t timeout_ms);
wl_step *wl_nested(wl_call *call, const char *operation, const wl_json *args);

/* What a fact with exactly these arguments will answer. */
wl_step *wl_predict(wl_step *step, const char *fact, wl_json *args, const wl_json *value);
/* It will be known at execution only. */
wl_step *wl_predict_unknown(wl_step *step, const char *fact, wl_json *args);
/* Both in full: for every request whose arguments contain these (`partial`), of a part of the value (`at`, a JSON
 * pointer, "" for the whole), NULL for what will be known at execution only. */
wl_step *wl_predict_part(
    wl_step *step, const char *fact, wl_json *args, bool partial, const char *at, const wl_json *value);
/* It changes more than it predicts, as installing a package does: what is planned behind it is marked as assumed. Not
 * needed where nothing is predicted. */
wl_step *wl_changes_more(wl_step *step);
/* Global arguments for this step alone. */
wl_step *wl_globals(wl_step *step, const wl_json *globals);

/* A remark, or why there is nothing to do. */
void wl_note(wl_call *call, const char *note);
/* A difference of text that a command will make. */
void wl_diff(wl_call *call, const char *subject, const char *before, const char *after);

#endif
