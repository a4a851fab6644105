// A connector: containers as hosts.

import { defineConnector, Program } from "windlass/connector";

export const connector = defineConnector({
  connect: ({ argument }) => ({
    exec: (command) => new Program("docker", ["exec", "-i", "--", argument, "sh", "-c", command]),
  }),
});
