/* Inventories and connectors in C: what a component does that lists or reaches hosts, by programs and web addresses that
 * its pack was granted. See windlass.h for JSON, content, errors and memory, and for an inventory, files of the
 * controller. */
#ifndef WINDLASS_REACH_H
#define WINDLASS_REACH_H

#include "windlass.h"

/* ---- Programs of the controller ---- */

typedef struct wl_program wl_program;

/* A program by its name, as granted. The functions below give it back. */
wl_program *wl_program_new(const char *name);
wl_program *wl_with_argument(wl_program *program, const char *argument);
wl_program *wl_with_bytes(wl_program *program, const void *argument, size_t length);
/* Both may hold secrets; the name of a variable must be granted. */
wl_program *wl_with_env(wl_program *program, const char *name, wl_content *value);
wl_program *wl_with_stdin(wl_program *program, wl_content *content);
/* Time after which it is ended, in milliseconds; 0: the host's own. */
wl_program *wl_with_timeout(wl_program *program, uint32_t timeout_ms);

/* Runs it to its end. A status other than 0 is no error; -1: a signal ended it. */
wl_output wl_run_program(wl_call *call, wl_program *program);

/* ---- Web addresses ---- */

typedef struct {
  int status;
  /* The body, with a zero byte after it. */
  const char *body;
  size_t length;
  /* Its headers, an object of text; names in lower case, several of one name joined by commas. */
  const wl_json *headers;
} wl_answer;

/* Asks a granted address by GET. `headers`: an object of text, or NULL. */
wl_answer wl_fetch(wl_call *call, const char *url, const wl_json *headers);
/* Sends what is more than that. */
typedef struct {
  /* NULL: GET. */
  const char *method;
  const char *url;
  const wl_json *headers;
  /* NULL: none. */
  const char *body;
  size_t length;
  /* Time after which it is given up, in milliseconds; 0: the host's own, a minute, which is also the most. */
  uint32_t timeout_ms;
} wl_request;
wl_answer wl_send(wl_call *call, const wl_request *request);
/* The body as JSON, of an answer that says it went well; another status than 2xx, and what is no JSON, are errors. */
const wl_json *wl_answer_json(wl_call *call, const wl_answer *answer);

/* ---- Inventories ---- */

typedef struct {
  /* Lists the hosts behind `@name/argument`: calls wl_add_host for each. */
  void (*hosts)(wl_call *call, const char *argument);
} wl_inventory_source;

/* What the source of an inventory defines once. */
extern const wl_inventory_source windlass_inventory;

/* Adds a host. `data`: an object, or NULL; `groups`: an array of text, or NULL. */
void wl_add_host(wl_call *call, const char *name, const wl_json *data, const wl_json *groups);

/* ---- Connectors ---- */

/* The host that is reached. */
typedef struct {
  const char *name;
  /* What stands after `@connector/`. */
  const char *argument;
  /* Its data, an object. */
  const wl_json *data;
} wl_target;

/* What a channel may take in one turn. */
typedef struct {
  /* Standard input; `end`: there is no more after it. */
  const void *bytes;
  size_t length;
  bool end;
  /* The longest that the turn may wait, in milliseconds. */
  uint32_t wait_ms;
} wl_input;

/* What one turn of a channel brought. */
typedef struct {
  /* How many bytes of standard input were taken. */
  size_t taken;
  /* Standard output and error since the last turn. */
  const void *output;
  size_t output_length;
  const void *error;
  size_t error_length;
  /* Whether the command has ended: with this status, or by a signal (its name without `SIG`; NULL: none). */
  bool ended;
  int32_t status;
  const char *signal;
} wl_turn;

/* Commands whose bytes pass through the component; its pack needs the capability `traffic`. */
typedef struct {
  /* Starts a command line of the host's `sh`, and gives what is known of it from turn to turn: memory of `malloc`. */
  void *(*open)(wl_call *call, const wl_target *target, const char *command, size_t length);
  wl_turn (*turn)(wl_call *call, void *channel, const wl_input *input);
  /* Sends a signal, by its name without `SIG`. */
  void (*signal)(wl_call *call, void *channel, const char *name);
  /* Frees what `open` gave. */
  void (*close)(void *channel);
} wl_channels;

typedef struct {
  /* The keys of the host's data that it reads. */
  const wl_parameter *keys;
  /* Checks that the host can be reached; may be NULL. */
  void (*connect)(wl_call *call, const wl_target *target);
  /* The program that runs a command line of the host's `sh`: the runtime starts it and moves its bytes. NULL, or what gives
   * NULL: the command runs through a channel. */
  wl_program *(*exec)(wl_call *call, const wl_target *target, const char *command, size_t length);
  /* NULL: none. */
  const wl_channels *channels;
} wl_connector;

/* What the source of a connector defines once. */
extern const wl_connector windlass_connector;

#endif
