/* What a pack in C finds where it asks its system, and what comes of its faults. See ../../README.md. */

#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <windlass.h>

static void look(wl_call *call) {
  wl_note(call, wl_format("time %d", (int)time(NULL)));
  const char *home = getenv("HOME");
  wl_note(call, wl_format("environment %s", home ? home : "None"));
  errno = 0;
  FILE *file = fopen("/etc/passwd", "r");
  if (!file) wl_note(call, wl_format("reading: %s", strerror(errno)));
  file = fopen("/tmp/new", "w");
  if (!file) wl_note(call, wl_format("writing: %s", strerror(errno)));
  printf("nobody reads %s\n", "this");
  unsigned char random[4] = {0};
  getentropy(random, sizeof random);
  wl_note(call, wl_format("random %d %d %d %d", random[0], random[1], random[2], random[3]));
}

static const wl_operation operations[] = {
    {.name = "look", .doc = "Note what the system answers.", .plan = look},
    {0},
};

const wl_pack windlass_pack = {"system", operations, NULL};
