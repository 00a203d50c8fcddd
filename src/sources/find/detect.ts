import {
	DataError,
	optionName,
	SeqpackError,
	UsageError,
} from "../../core/errors.js";
import { fingerprintOfContent } from "../../storage/hash.js";
import { isLfsPointer, lfsPointerError } from "../../storage/lfs-pointer.js";
import type { ReadableFile } from "../../storage/storage.js";
import { nameAt } from "../../storage/storages.js";
import { compressions } from "../compressions.js";
import {
	compressionOfName,
	describeEndings,
	formatsOfName,
	sourceFormats,
} from "../formats.js";
import type { Member, ReadableStorage, Unseen } from "../source.js";
import { pathBeside } from "../tokens/beside.js";
import { HEAD_SIZE, isText, seemsToBe } from "./head.js";
import type { LeftOutReason } from "./left-out.js";

/** What a file is, as its first bytes and its name tell. */
export type Detected =
	| {
			format: string;
			compression: string | null;
			/** Whether the bytes are something else than the name says. */
			contradicts: boolean;
			/** As `fingerprintOfFile` gives it; null where that needs more of the file. */
			fingerprint: string | null;
			/** The files beside it that tell of it. */
			beside: readonly Member[];
			/** As `InputFile` has it. */
			unseen?: Unseen;
	  }
	| Unusable;

/** Why a file is no input, and what is thrown where it must be one; null: it need not. */
export interface Unusable {
	leftOut: LeftOutReason;
	error: SeqpackError | null;
}

interface ToDetect {
	path: string;
	size: number;
	version: string;
	/** Whether it is an input by its own name, not one of a directory or glob. */
	isNamed: boolean;
	/** Whether its name says anything: standard input has none. */
	hasName: boolean;
}

interface WithName extends ToDetect {
	/** Empty where it says nothing. */
	name: string;
	beside: FilesBeside;
}

/** Bytes of what is compressed that tell what it is. */
const INSIDE = 1 << 14;
/** Compressed bytes that are read to have them, at most: a block of bzip2 has as many. */
const MOST_COMPRESSED = 1 << 20;

/**
 * Tells format and compression of a file. A signature counts for more than the name; of
 * several formats with the name's ending, what the file begins with decides.
 * @param given The format that holds for all files; null to find it out.
 */
export async function detect(
	storage: ReadableStorage,
	found: ToDetect,
	given: string | null,
): Promise<Detected> {
	const { path, size, version, hasName } = found;
	const name = hasName ? nameAt(path) : "";
	const nothing = Buffer.alloc(0);
	const formats = given === null ? formatsOfName(name) : [given];
	const beside = hasName
		? await filesBeside(storage, path, name, formats)
		: new Map();
	const about = { ...found, name, beside };
	if (size === 0)
		return detectFrom(
			about,
			given,
			null,
			nothing,
			fingerprintOfContent(nothing),
		);
	const file = await storage.open(path, { size, version });
	try {
		const head = await file.read(0, Math.min(size, HEAD_SIZE));
		if (head.length === 0) return detectFrom(about, given, null, head, null);
		const compressible =
			given === null || sourceFormats.find(given).compressible;
		const compression = compressible ? compressionOf(name, head, size) : null;
		const inside =
			compression === null
				? head
				: await beginningOf(file, head, size, compression);
		const fingerprint =
			head.length === size ? fingerprintOfContent(head) : null;
		return detectFrom(about, given, compression, inside, fingerprint);
	} finally {
		await file.close();
	}
}

/** The compression that the bytes tell; by the name only where they are no text either. */
function compressionOf(
	name: string,
	head: Buffer,
	size: number,
): string | null {
	const [signed] = compressions.where(({ signature }) => signature(head));
	if (signed !== undefined) return signed;
	const named = compressionOfName(name);
	if (named === null || isText(head, head.length === size)) return null;
	const isOther =
		seemsToBe(head) !== null ||
		sourceFormats.where(({ signature }) => signature?.(head) ?? false).length >
			0;
	return isOther ? null : named;
}

/** What a compressed file begins with when it is decompressed; nothing where it cannot be. */
async function beginningOf(
	file: ReadableFile,
	head: Buffer,
	size: number,
	compression: string,
): Promise<Buffer> {
	async function* pieces() {
		let position = Math.min(head.length, INSIDE);
		yield head.subarray(0, position);
		while (position < Math.min(size, MOST_COMPRESSED)) {
			const piece = await file.read(position, HEAD_SIZE);
			if (piece.length === 0) return;
			position += piece.length;
			yield piece;
		}
	}
	const found: Buffer[] = [];
	let length = 0;
	const { decompress } = compressions.find(compression);
	try {
		for await (const piece of decompress(pieces(), HEAD_SIZE)) {
			found.push(piece);
			length += piece.length;
			if (length >= INSIDE) break;
		}
	} catch (error) {
		// Whoever reads the file says so, and where.
		if (error instanceof SeqpackError) throw error;
	}
	return Buffer.concat(found);
}

/** @param head What the file begins with, decompressed; empty where that is not known. */
function detectFrom(
	{ path, name, size, isNamed, hasName, beside }: WithName,
	given: string | null,
	byBytes: string | null,
	head: Buffer,
	fingerprint: string | null,
): Detected {
	const named: readonly string[] = formatsOfName(name);
	const compression =
		head.length === 0 && size === 0 ? nameOnly(name, given) : byBytes;
	const signed: readonly string[] =
		head.length === 0
			? []
			: sourceFormats.where(({ signature }) => signature?.(head) ?? false);
	const format: string | null =
		given ??
		signed.find((name) => named.includes(name)) ??
		signed[0] ??
		(hasName ? byName(named, head, beside) : byBytesAlone(head));
	if (given !== null && !isNamed && size > 0) {
		const leftOut = sourceFormats.find(given).leaveOut?.(head, size) ?? null;
		if (leftOut !== null) return { leftOut, error: null };
	}
	if (isLfsPointer(head, size))
		return { leftOut: "git-lfs-pointer", error: lfsPointerError(path) };
	if (format === null)
		return {
			leftOut: "unknown-kind",
			error: unknownKind(hasName ? path : "standard input", head),
		};
	const { title, compressible, anyText, content } = sourceFormats.find(format);
	const { files = [], missing = null } = beside.get(format) ?? {};
	if (missing !== null)
		return misnamed(
			`${path} is of the format ${format}, and ${missing}, which says where its documents begin, is not there: put it beside the file`,
		);
	if (compression !== null && !compressible)
		return misnamed(
			`${path} is of the format ${format}, and compressed as a whole by ${compression}: decompress it first`,
		);
	// Ids of tokens may be any bytes.
	const isSure =
		signed.includes(format) || (given !== null && content !== undefined);
	const seems = isSure ? null : seemsToBe(head);
	if (seems !== null && !(anyText && seems.isText))
		return misnamed(
			`${path} cannot be read as ${title}: it seems to be ${seems.what}. Put the right file in its place`,
		);
	const contradicts =
		given === null &&
		size > 0 &&
		named.length > 0 &&
		(compression !== compressionOfName(name) || !named.includes(format));
	return {
		format,
		compression,
		contradicts,
		fingerprint: files.length === 0 ? fingerprint : null,
		beside: files,
	};
}

/** The compression of a file without bytes. */
function nameOnly(name: string, given: string | null): string | null {
	return given === null || sourceFormats.find(given).compressible
		? compressionOfName(name)
		: null;
}

/** Of the formats that a name tells, the one that a file which begins so may be of. */
function byName(
	named: readonly string[],
	head: Buffer,
	beside: FilesBeside,
): string | null {
	if (named.length <= 1) return named[0] ?? null;
	const mayBe = (name: string) =>
		head.length === 0 || (sourceFormats.find(name).mayBe?.(head) ?? true);
	const isWhole = (name: string) =>
		(beside.get(name)?.missing ?? null) === null;
	return named.find((name) => isWhole(name) && mayBe(name)) ?? null;
}

/** By format, the files beside one that tell of it, and the first that is missed. */
type FilesBeside = ReadonlyMap<
	string,
	{ files: Member[]; missing: string | null }
>;

async function filesBeside(
	storage: ReadableStorage,
	path: string,
	name: string,
	formats: readonly string[],
): Promise<FilesBeside> {
	const found = new Map<string, { files: Member[]; missing: string | null }>();
	for (const format of formats) {
		const files: Member[] = [];
		let missing: string | null = null;
		for (const each of sourceFormats.find(format).beside ?? []) {
			// What follows a name in a URL may be for that file alone.
			const isBare = path.endsWith(name.slice(-each.ending.length));
			const other = pathBeside(isBare ? path : name, each);
			const stat = isBare ? await storage.stat(other) : null;
			if (stat?.kind === "file")
				files.push({ path: other, size: stat.size, version: stat.version });
			else if (each.isNeeded) missing ??= other;
		}
		found.set(format, { files, missing });
	}
	return found;
}

/** The format of JSON in one form or another; nothing else tells itself without a signature. */
function byBytesAlone(head: Buffer): string | null {
	if (!/^(\xef\xbb\xbf)?\s*[[{]/.test(head.toString("latin1"))) return null;
	const [found] = sourceFormats.where(
		({ signature, anyText, mayBe }) =>
			signature === undefined && !anyText && (mayBe?.(head) ?? true),
	);
	return found ?? null;
}

function misnamed(fault: string): Unusable {
	const sentence = `${fault}, or give ${optionName("onError", "skip")} to leave it out.`;
	return { leftOut: "misnamed", error: new DataError("misnamed", sentence) };
}

function unknownKind(path: string, head: Buffer): UsageError {
	const seems = seemsToBe(head);
	const names = sourceFormats
		.entries()
		.map(([name, { title }]) => `${name} (${title})`);
	return new UsageError(
		"unknown-ending",
		`cannot tell what ${path} holds${seems === null ? "" : `; it seems to be ${seems.what}`}: known endings are ${describeEndings()}. If it holds one of these all the same, say so with ${optionName("inputFormat")}: ${names.join("; ")}.`,
	);
}
