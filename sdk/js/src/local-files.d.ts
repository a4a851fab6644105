/** Files of the controller, for inventories that were granted folders. */

export { localFiles } from "./index.js";
