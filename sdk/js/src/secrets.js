// Questions about secrets, whose values stay with the host.

import hostSecrets from "windlass:plugin/secrets@0.1.0";
import { atoms } from "./content.js";
import { ask } from "./host.js";
import { natural, string } from "./wire.js";

export const secrets = {
  matches: (content, digest, algorithm = "sha256") =>
    ask(() => hostSecrets.matches(atoms(content), string(algorithm, "an algorithm"), string(digest, "a digest"))),
  isEmpty: (secret) => ask(() => hostSecrets.isEmpty(natural(secret.number, "a secret's number"))),
};
