/* Observers in C: what watches runs, and cannot change them. See windlass.h for JSON, text and the log. */
#ifndef WINDLASS_OBSERVER_H
#define WINDLASS_OBSERVER_H

#include "windlass.h"

typedef struct {
  /* Called for each event of a run, in order, in one component that stays for the run: static variables may remember.
   * What is failed with `wl_fail` is a warning, and it goes on hearing. */
  void (*hear)(wl_call *call, const wl_json *event);
} wl_observer;

/* What the source of an observer defines once. */
extern const wl_observer windlass_observer;

#endif
