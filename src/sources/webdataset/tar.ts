import { isUtf8 } from "node:buffer";
import { optionName } from "../../core/errors.js";
import { quoted } from "../../core/text.js";
import type { ByteCursor } from "../bytes/byte-cursor.js";
import { BadInput } from "../source.js";

const BLOCK = 512;
const LONGEST_EXTRA_HEADER = 1 << 20;
const BAD_SIZE = "its size is negative or no number";

export const tarReasons = {
	"corrupt-tar": "a header of a tar is damaged",
	"truncated-tar":
		"a tar ends inside a member, or the size of a member is wrong",
};

export interface TarMember {
	/** Its path, as it is written. */
	name: string;
	kind: "regular" | "directory" | "other";
	/** What it is in words: `a file`, `a symbolic link`. */
	what: string;
	/** Bytes of its content. */
	size: number;
	/** Offset of its first header in the uncompressed tar. */
	position: number;
}

/** Whether a file that begins so is a tar with a header as POSIX or GNU have it. */
export function isTar(head: Buffer): boolean {
	return head.toString("latin1", 257, 262) === "ustar";
}

/**
 * Goes through the members of a tar: ustar, with the long names of GNU tar and the
 * extended headers of POSIX (pax). Zeros between members, as where tars were put
 * together, are passed over; a tar that ends without them is whole. It is our own
 * since no library for Node says where a header is, tells a wrong size from the end, or
 * gives the same members before an error whenever the bytes arrive.
 */
export class TarReader {
	readonly #cursor: ByteCursor;
	#member: TarMember | null = null;
	/** Bytes of its content that are still to come. */
	#content = 0;

	constructor(cursor: ByteCursor) {
		this.#cursor = cursor;
	}

	/**
	 * The next member, or null at the end. Content that was not taken is passed over.
	 * @throws BadInput `corrupt-tar`, `truncated-tar`; that of a compressed file
	 */
	async next(): Promise<TarMember | null> {
		await this.#skipContent();
		let position: number | null = null;
		let longName: string | null = null;
		let pax: ReadonlyMap<string, string> | null = null;
		for (;;) {
			const start = this.#cursor.position;
			const header = await this.#nextHeader(position !== null);
			if (header === null) return null;
			position ??= start;
			const type = String.fromCharCode(header[156]);
			const size = sizeOf(header) ?? this.#corrupt(start, BAD_SIZE);
			if (type === "x" || type === "X") {
				const extra = await this.#extraHeader(start, size);
				pax =
					parsePax(extra) ?? this.#corrupt(start, "it is no list of fields");
			} else if (type === "L") {
				longName = upToZero(await this.#extraHeader(start, size));
			} else if (type === "K" || type === "g") {
				// The target of a link, and what holds for all members: times and comments.
				await this.#extraHeader(start, size);
			} else {
				return this.#begin(
					header,
					position,
					pax?.get("GNU.sparse.name") ?? pax?.get("path") ?? longName,
					pax?.has("size")
						? (digits(pax.get("size")) ?? this.#corrupt(start, BAD_SIZE))
						: size,
					[...(pax?.keys() ?? [])].some((key) => key.startsWith("GNU.sparse.")),
				);
			}
		}
	}

	/**
	 * The content of the member, all at once.
	 * @throws BadInput `truncated-tar`; that of a compressed file
	 */
	async content(): Promise<Buffer> {
		const size = this.#content;
		if (!(await this.#cursor.fill(size))) throw this.#cut(this.#cursor.held);
		this.#content = 0;
		return this.#cursor.take(size);
	}

	async #begin(
		header: Buffer,
		position: number,
		longName: string | null | undefined,
		size: number,
		sparse: boolean,
	): Promise<TarMember> {
		const type = String.fromCharCode(header[156]);
		const name = longName ?? nameOf(header);
		const kind = kindOf(type, name, sparse);
		this.#member = { name, ...kind, size, position };
		if (HAVE_NO_CONTENT.includes(type)) this.#member.size = 0;
		this.#content = this.#member.size;
		// Sparse files of the old kind have their map in further blocks.
		for (let more = type === "S" && header[482] !== 0; more; ) {
			if (!(await this.#cursor.fill(BLOCK))) throw this.#cut(0);
			more = this.#cursor.take(BLOCK)[504] !== 0;
		}
		if (this.#content > this.#cursor.left) throw this.#cut(this.#cursor.left);
		return this.#member;
	}

	async #skipContent(): Promise<void> {
		if (this.#content > 0) {
			const there = await this.#cursor.skip(this.#content);
			if (there < this.#content) throw this.#cut(there);
			this.#content = 0;
		}
		await this.#skipPadding();
	}

	async #skipPadding(): Promise<void> {
		const padding = -this.#cursor.position & (BLOCK - 1);
		if (padding > 0) await this.#cursor.skip(padding);
	}

	/** The next block that is not all zeros. @param within Whether a member has begun. */
	async #nextHeader(within: boolean): Promise<Buffer | null> {
		const cursor = this.#cursor;
		for (;;) {
			const start = cursor.position;
			if (cursor.held < BLOCK && !(await cursor.fill(BLOCK))) {
				if (!within && isZero(cursor.take(cursor.held))) return null;
				throw truncated(
					`the tar ends inside a header, at its byte ${cursor.position}${this.#afterMember()}`,
				);
			}
			const block = cursor.take(BLOCK);
			if (isZero(block)) {
				if (within) this.#corrupt(start, "a member was to follow");
				continue;
			}
			if (!checksumHolds(block)) this.#corrupt(start, "its checksum is wrong");
			return block;
		}
	}

	async #extraHeader(start: number, size: number): Promise<Buffer> {
		if (size > LONGEST_EXTRA_HEADER)
			this.#corrupt(start, `it goes on for ${size} bytes`);
		if (!(await this.#cursor.fill(size)))
			throw truncated(
				`the tar ends inside a header, the one at its byte ${start}${this.#afterMember()}`,
			);
		const bytes = this.#cursor.take(size);
		await this.#skipPadding();
		return bytes;
	}

	#afterMember(): string {
		return this.#member === null
			? ""
			: ` (after the member ${quoted(this.#member.name)})`;
	}

	#corrupt(start: number, what: string): never {
		throw new BadInput(
			"corrupt-tar",
			`at byte ${start} of the tar${this.#afterMember()} is no sound header: ${what}. Fetch or write the file again, or give ${optionName("onError", "skip")} to use the records before this place`,
		);
	}

	/** @param there How many bytes of the content there are. */
	#cut(there: number): BadInput {
		const { name, size } = this.#member as TarMember;
		return truncated(
			`the tar ends inside its member ${quoted(name)}, which should have ${size} bytes and has ${there}`,
		);
	}
}

function truncated(what: string): BadInput {
	return new BadInput(
		"truncated-tar",
		`${what}: the file was cut short, or a header is wrong. Fetch or write it again, or give ${optionName("onError", "skip")} to use the records before this place`,
	);
}

/** Links, directories and devices, whatever size they claim. */
const HAVE_NO_CONTENT = ["1", "2", "3", "4", "5", "6"];

function kindOf(
	type: string,
	name: string,
	sparse: boolean,
): Pick<TarMember, "kind" | "what"> {
	if (sparse || type === "S") return { kind: "other", what: "a sparse file" };
	if (type === "0" || type === "\0" || type === "7")
		return name.endsWith("/")
			? { kind: "directory", what: "a directory" }
			: { kind: "regular", what: "a file" };
	if (type === "5" || type === "D")
		return { kind: "directory", what: "a directory" };
	if (type === "1") return { kind: "other", what: "a hard link" };
	if (type === "2") return { kind: "other", what: "a symbolic link" };
	return { kind: "other", what: `of the type ${quoted(type)}` };
}

function nameOf(header: Buffer): string {
	const name = upToZero(header.subarray(0, 100));
	const isPosix = header.toString("latin1", 257, 263) === "ustar\0";
	const prefix = isPosix ? upToZero(header.subarray(345, 500)) : "";
	return prefix === "" ? name : `${prefix}/${name}`;
}

/** The size in a header; null where it is none. */
function sizeOf(header: Buffer): number | null {
	const field = header.subarray(124, 136);
	// GNU writes what octal digits cannot hold in base 256; 0xff begins what is negative.
	if (field[0] === 0x80) return safe(bigEndian(field.subarray(1)));
	return octal(field);
}

function octal(field: Buffer): number | null {
	const written = upToZero(field).trim();
	return /^[0-7]*$/.test(written) ? Number.parseInt(`0${written}`, 8) : null;
}

function bigEndian(bytes: Buffer): number {
	return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

function digits(written: string | undefined): number | null {
	return /^[0-9]+$/.test(written ?? "") ? safe(Number(written)) : null;
}

function safe(value: number): number | null {
	return Number.isSafeInteger(value) ? value : null;
}

/** Whether the sum of a header's bytes is the one it states; some old tars summed signed bytes. */
function checksumHolds(header: Buffer): boolean {
	const stated = octal(header.subarray(148, 156));
	// The place of the checksum counts as spaces.
	let sum = 8 * 32;
	let negative = 0;
	for (let i = 0; i < BLOCK; i++) {
		if (i === 148) i = 156;
		sum += header[i];
		negative += header[i] >> 7;
	}
	return stated === sum || stated === sum - 256 * negative;
}

/** The fields of an extended header, each `length name=value\n`; null where they are none. */
function parsePax(bytes: Buffer): Map<string, string> | null {
	const fields = new Map<string, string>();
	for (let start = 0; start < bytes.length; ) {
		const space = bytes.indexOf(" ", start);
		const length = digits(bytes.toString("latin1", start, space));
		const end = start + (length ?? 0);
		const equals = bytes.indexOf("=", space);
		if (
			space === -1 ||
			equals === -1 ||
			equals >= end ||
			end > bytes.length ||
			bytes[end - 1] !== 10
		)
			return null;
		fields.set(
			bytes.toString("latin1", space + 1, equals),
			decoded(bytes.subarray(equals + 1, end - 1)),
		);
		start = end;
	}
	return fields;
}

function upToZero(bytes: Buffer): string {
	const end = bytes.indexOf(0);
	return decoded(end === -1 ? bytes : bytes.subarray(0, end));
}

/** Different names stay different where they are not UTF-8. */
function decoded(bytes: Buffer): string {
	return bytes.toString(isUtf8(bytes) ? "utf8" : "latin1");
}

const ZEROS = Buffer.alloc(BLOCK);

function isZero(bytes: Buffer): boolean {
	return bytes[0] !== 0
		? bytes.length === 0
		: bytes.equals(ZEROS.subarray(0, bytes.length));
}
