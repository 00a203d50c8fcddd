import { HubClient } from "./hub/hub-client.js";
import { hubPlace, topOf } from "./hub/place.js";
import { objectsToRead } from "./objects/object-storage.js";
import { readOnly } from "./objects/read-only.js";
import type { FoundFile, Storage } from "./storage.js";

const client = new HubClient();
const reading = objectsToRead(client, (path) => topOf(hubPlace(path)));

/**
 * Files of the Hugging Face Hub: `hf://datasets/OWNER/NAME[@REVISION]/path`, and those of
 * `hf://models/...` for tokenizers. They are read. What is found is named with the commit, so that all who read
 * it, in whatever process and whenever, read the same.
 */
export const hf: Storage = {
	...reading,
	...readOnly("the Hugging Face Hub"),

	async find(asked, options): Promise<FoundFile[]> {
		const files = await reading.find(asked, options);
		const from = topOf(hubPlace(asked));
		const to = await client.pinned(from);
		return files.map((file) => ({
			...file,
			path: to + file.path.slice(from.length),
		}));
	},

	// The name of the blob, or the SHA-256 of what is kept elsewhere.
	contentTag: (version) => version || null,

	nameOf: (path) => {
		const place = hubPlace(path);
		return topOf({ ...place, revision: null }) + place.file;
	},
};
