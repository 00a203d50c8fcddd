import {
	RECORDS_MANIFEST,
	type RecordsManifest,
	recordsShape,
} from "../records/records-manifest.js";
import { readFileList } from "./verify/file-list.js";

/** What packed records say of themselves. @throws DataError `bad-manifest` */
export const readRecordsManifest = (directory: string) =>
	readFileList<RecordsManifest>(
		directory,
		RECORDS_MANIFEST,
		"shards",
		recordsShape,
	);
