import {
	anyObject,
	count,
	listOf,
	object,
	optional,
	text,
} from "../core/shape.js";
import type { DatasetFile } from "../dataset/manifest.js";
import { fileShape } from "../dataset/manifest-shape.js";
import { EXPORT_FILE } from "../sources/find/own-files.js";
import { readFileList } from "./verify/file-list.js";

/** What is said of files that an export, or composing, has written. */
export interface ExportList {
	files: DatasetFile[];
	/** What came of composing; left out: it is an export. */
	composed?: object;
}

/** What is said of an export. */
export interface SaidOfExport extends ExportList {
	seqpackVersion: string;
	source: string;
	planHash: string;
	to: string;
	counts: { rows?: number; tokens?: number };
	notices: string[];
}

const list = { files: listOf(fileShape), composed: optional(anyObject) };

const said = object({
	...list,
	seqpackVersion: text,
	source: text,
	planHash: text,
	to: text,
	counts: object({ rows: optional(count), tokens: optional(count) }),
	notices: listOf(text),
});

/** @throws DataError `bad-manifest` */
export const readExportList = (directory: string) =>
	readFileList<ExportList>(directory, EXPORT_FILE, "files", object(list));

/** @throws DataError `bad-manifest` */
export const readSaidOfExport = (directory: string) =>
	readFileList<SaidOfExport>(directory, EXPORT_FILE, "files", said);
