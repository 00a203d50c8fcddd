import { registry } from "../core/registry.js";
import { bzip2 } from "./compressions/bzip2.js";
import { gzip } from "./compressions/gzip.js";
import { lz4 } from "./compressions/lz4.js";
import { xz } from "./compressions/xz.js";
import { zstd } from "./compressions/zstd.js";

/** Every way in which a whole file may be compressed. */
export const compressions = registry("compression", {
	gzip,
	zstd,
	bzip2,
	xz,
	lz4,
});
