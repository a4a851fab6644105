/* A connector: containers as hosts. */

#include <windlass_reach.h>

static wl_program *exec(wl_call *call, const wl_target *container, const char *command, size_t length) {
  (void)call;
  wl_program *docker = wl_program_new("docker");
  const char *const words[] = {"exec", "-i", "--", container->argument, "sh", "-c", NULL};
  for (const char *const *word = words; *word; word++) wl_with_argument(docker, *word);
  return wl_with_bytes(docker, command, length);
}

const wl_connector windlass_connector = {.exec = exec};
