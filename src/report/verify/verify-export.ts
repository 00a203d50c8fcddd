import type { DatasetFile } from "../../dataset/manifest.js";
import type {
	VerifyOptions,
	VerifyResult,
} from "../../dataset/verify/result.js";
import { EXPORT_FILE } from "../../sources/find/own-files.js";
import { FileListCheck, readFileList } from "./file-list.js";

/** Compares the files of an export with their checksums. */
export async function verifyExport(
	directory: string,
	options: VerifyOptions,
): Promise<VerifyResult> {
	const { files } = await readFileList<{ files: DatasetFile[] }>(
		directory,
		EXPORT_FILE,
		"files",
	);
	const check = new FileListCheck("export", directory, files, options);
	for (const file of files) await check.check(file);
	return check.result();
}
