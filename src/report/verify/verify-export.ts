import type {
	VerifyOptions,
	VerifyResult,
} from "../../dataset/verify/result.js";
import { readExportList } from "../export-list.js";
import { FileListCheck } from "./file-list.js";

/** Compares the files of an export with their checksums. */
export async function verifyExport(
	directory: string,
	options: VerifyOptions,
): Promise<VerifyResult> {
	const { files } = await readExportList(directory);
	const check = new FileListCheck("export", directory, files, options);
	for (const file of files) await check.check(file);
	await check.lookForStrangers();
	return check.result();
}
