import { optionName } from "../core/errors.js";
import { quoted } from "../core/text.js";
import { ByteCursor } from "./bytes/byte-cursor.js";
import { hasByteOrderMark } from "./bytes/utf8.js";
import { idAt } from "./json/record-text.js";
import {
	fieldBytesReasons,
	parseJsonField,
	requireUtf8,
	tooLongField,
} from "./records/field-bytes.js";
import type { WantedFields } from "./records/fields.js";
import { RecordBatchBuilder } from "./records/record-batch.js";
import { BadInput, type Place, type SourceFormat } from "./source.js";
import {
	isTar,
	type TarMember,
	TarReader,
	tarReasons,
} from "./webdataset/tar.js";

const MOST_FIELDS = 1000;
/** A batch ends once it holds so many bytes or so many fields. */
const BATCH_BYTES = 1 << 20;
const BATCH_FIELDS = 1 << 14;
const KEY = "__key__";
/** Extensions whose content webdataset takes for a whole number. */
const WHOLE_NUMBERS = ["cls", "cls2", "index", "inx", "id"];

/**
 * WebDataset: a tar in which members that follow each other and have one key are a
 * record. The key is the path up to the first dot of the base name; what follows that
 * dot, in small letters, is the name of a field. As webdataset does it passes over
 * directories, devices, members without an extension and those named `__like_this__`;
 * also hidden ones. A link is passed over where its field is not wanted, and else a
 * bad record. Content is read only where its field is wanted.
 */
export const webdataset: SourceFormat = {
	title: "WebDataset tar",
	extensions: [".tar"],
	shortEndings: {
		".tgz": ".tar.gz",
		".tbz": ".tar.bz2",
		".tbz2": ".tar.bz2",
		".txz": ".tar.xz",
		".tzst": ".tar.zst",
	},
	signature: isTar,
	compressible: true,
	fields: { text: "txt", id: KEY, fixed: false },
	reasons: {
		...tarReasons,
		"unsafe-path": "the path of a tar's member leads out of the tar",
		"not-a-file": "a tar's member is a link, or no whole file",
		"repeated-field": "a record of a tar has two members of one extension",
		"too-many-fields": `a record of a tar has more than ${MOST_FIELDS} members`,
		...fieldBytesReasons,
	},
	describePlace: (path, record) => `${path}, record ${record}`,
	inSequence: () => true,
	divide: async (_storage, { size }) => ({ parts: [size] }),
	numbersBefore: async () => 0,

	async *read(storage, file, _span, wanted) {
		const cursor = new ByteCursor(storage, file);
		const tar = new TarReader(cursor);
		const batch = new RecordBatchBuilder(wanted);
		const names = wantedNames(wanted);
		let record: TarRecord | null = null;
		let number = 0;
		let fields = 0;
		let bytes = 0;
		const close = async () => {
			if (record === null) return;
			if (record.fault !== null) {
				const cause = await cursor.causeOf(record.fault);
				if (cause !== record.fault) throw cause;
			}
			record.addTo(batch);
			fields += record.count;
			bytes += record.bytes;
			record = null;
		};
		try {
			for (;;) {
				const member = await tar.next();
				if (member === null) break;
				const name = fieldOf(member, names);
				if (name === null) continue;
				if (record?.key !== name.key) {
					await close();
					if (bytes >= BATCH_BYTES || fields >= BATCH_FIELDS) {
						yield batch.take({ position: member.position, number: number + 1 });
						fields = 0;
						bytes = 0;
					}
					const { position } = member;
					record = new TarRecord(name.key, { position, number: ++number });
				}
				await record.take(member, name.field, names, tar, wanted);
			}
			await close();
			yield batch.take({ position: cursor.position, number: number + 1 });
		} catch (error) {
			if (!(error instanceof BadInput)) throw error;
			const cause = await cursor.causeOf(error);
			if (record !== null && !record.isKept(names, cause !== error))
				yield batch.take(record.place);
			else {
				record?.addTo(batch);
				yield batch.take({ position: cursor.position, number: number + 1 });
			}
			throw cause;
		} finally {
			await cursor.close();
		}
	},
};

/** A record as its members come. */
class TarRecord {
	readonly key: string;
	readonly place: Place;
	/** How many members it has. */
	count = 0;
	/** Bytes of the content that is held. */
	bytes = 0;
	/** By name; undefined where the value is not wanted. */
	readonly #values: Record<string, unknown> = Object.create(null);
	#text: Buffer | undefined;
	#id: unknown;
	/** What is wrong with it. */
	fault: BadInput | null = null;

	constructor(key: string, place: Place) {
		this.key = key;
		this.place = place;
		this.#values[KEY] = key;
	}

	/** Takes a member; what is wrong with it alone makes the whole record bad. */
	async take(
		member: TarMember,
		name: string,
		names: ReadonlySet<string>,
		tar: TarReader,
		wanted: WantedFields,
	): Promise<void> {
		this.count++;
		if (this.fault !== null) return;
		this.fault = this.#faultOf(member, name, names);
		if (this.fault !== null) return;
		this.#values[name] = undefined;
		if (!names.has(name)) return;
		const content = await tar.content();
		try {
			this.#addValue(name, content, wanted);
		} catch (error) {
			if (!(error instanceof BadInput)) throw error;
			this.fault = error;
		}
	}

	/**
	 * Whether it is a record of its own where nothing can be read after it.
	 * @param isDamaged Whether the file is, as it is compressed.
	 */
	isKept(names: ReadonlySet<string>, isDamaged: boolean): boolean {
		if (this.fault !== null) return !isDamaged;
		return [...names].every((name) => this.#values[name] !== undefined);
	}

	addTo(batch: RecordBatchBuilder): void {
		if (this.fault !== null) batch.addBad(this.fault, this.place);
		else
			batch.add(this.#values, this.place, { text: this.#text, id: this.#id });
	}

	#faultOf(
		{ name: path, kind, what, size }: TarMember,
		name: string,
		names: ReadonlySet<string>,
	): BadInput | null {
		if (leadsOut(path))
			return new BadInput(
				"unsafe-path",
				`the path of the member ${quoted(path)} leads out of the tar. If you trust its maker, write the tar again with relative paths, ${orSkip()}`,
			);
		if (name in this.#values)
			return new BadInput(
				"repeated-field",
				`the member ${quoted(path)} is a second ${quoted(name)} of its record. Rename one of the two, ${orSkip()}`,
			);
		if (this.count > MOST_FIELDS)
			return new BadInput(
				"too-many-fields",
				`the record ${quoted(this.key)} has more than the ${MOST_FIELDS} members that one can have. Give the members of different records different names before their first dot, ${orSkip()}`,
			);
		if (!names.has(name)) return null;
		if (kind !== "regular")
			return new BadInput(
				"not-a-file",
				`the member ${quoted(path)} is ${what}, and its content is not read. Write the tar again with files in place of links, ${orSkip()}`,
			);
		return tooLongField(name, size);
	}

	/** @throws BadInput */
	#addValue(name: string, content: Buffer, wanted: WantedFields): void {
		this.bytes += content.length;
		const ending = name.slice(name.lastIndexOf(".") + 1);
		if (ending === "json" || ending === "jsn") {
			const { value, text } = parseJsonField(name, content);
			this.#values[name] = value;
			const [field, ...within] = wanted.id;
			if (field === name) this.#id = idAt(value, text, within);
			return;
		}
		requireUtf8(name, content);
		const bytes = content.subarray(hasByteOrderMark(content) ? 3 : 0);
		const isText = wanted.text?.length === 1 && wanted.text[0] === name;
		if (isText) this.#text = bytes;
		const isValue = [wanted.id, ...wanted.values].some(([n]) => n === name);
		if (isText && !isValue) {
			this.#values[name] = "";
			return;
		}
		const text = bytes.toString();
		if (wanted.id.length === 1 && wanted.id[0] === name) this.#id = text;
		const isWhole =
			WHOLE_NUMBERS.includes(ending) && /^\s*[+-]?\d+\s*$/.test(text);
		this.#values[name] = isWhole ? Number(text) : text;
	}
}

/** The first names of all that is wanted, but for the key. */
function wantedNames({ text, id, values }: WantedFields): Set<string> {
	const paths = [id, ...values, ...(text === null ? [] : [text])];
	return new Set(paths.map(([name]) => name).filter((name) => name !== KEY));
}

/** Which field of which record a member is; null for what is passed over. */
function fieldOf(
	{ name, kind }: TarMember,
	wanted: ReadonlySet<string>,
): { key: string; field: string } | null {
	if (kind === "directory") return null;
	if (leadsOut(name)) return { key: name, field: "" };
	const base = name.lastIndexOf("/") + 1;
	const dot = name.indexOf(".", base);
	const isMeta = /^__[^/]*__($|\/)/.test(name);
	if (dot === -1 || dot === base || isMeta) return null;
	const field = name.slice(dot + 1).toLowerCase();
	if (kind === "other" && !wanted.has(field)) return null;
	return { key: name.slice(0, dot), field };
}

function leadsOut(path: string): boolean {
	return /^\/|(^|\/)\.\.(\/|$)/.test(path);
}

function orSkip(): string {
	return `or give ${optionName("onError", "skip")}`;
}
