import { registry } from "../core/registry.js";
import { gzip } from "./gzip.js";

/** Every way in which a whole file may be compressed. */
export const compressions = registry("compression", { gzip });
