// Reads files as a build does: finds out what they are, divides them, reads their records.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { textAt } from "../../dist/src/core/text-batch.js";
import { documentTaker } from "../../dist/src/documents/take-documents.js";
import { takeSettings } from "../../dist/src/documents/take-settings.js";
import {
	cutIntoTasks,
	divisionOf,
	wholeSpan,
} from "../../dist/src/sources/divide.js";
import {
	findInputs,
	noticesOf,
} from "../../dist/src/sources/find/find-inputs.js";
import {
	badRecordReasons,
	readSpans,
} from "../../dist/src/sources/read-records.js";
import { memoryStorage } from "../../dist/src/storage/memory.js";

const directory = mkdtempSync(join(tmpdir(), "seqpack-fuzz-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
const declared = badRecordReasons();

/** More than this is not read again in small pieces. */
const MUCH = 1 << 19;

/** @param input Files by name; the one to read; how; bytes of a small read, and of a task. */
export async function run({ files, main, find, take, most, taskSize }) {
	const held = written(files);
	const path = join(directory, "in", main);
	const found = await findInputs([path], { ...find, onError: "skip" });
	noticesOf(found);
	const [file] = found.files.map((each) => ({
		...each,
		version: null,
		...(each.beside && {
			beside: each.beside.map((one) => ({ ...one, version: "0" })),
		}),
	}));
	const storage = memoryStorage(held);
	const division = await divisionOf(storage, file);
	const whole = await readAll(
		storage,
		[{ file, span: wholeSpan(division) }],
		take,
	);
	const { documents, bad, counts } = whole;
	for (const { reason, sentence } of bad)
		if (!Object.hasOwn(declared, reason) || sentence.length > 3000)
			throw new Error(`a record is refused by ${reason}: ${sentence}`);
	const records = documents.length + bad.length;
	const counted = counts.reduce((sum, count) => sum + count.records, 0);
	if (counted !== records)
		throw new Error(`${counted} records are counted, and ${records} read`);
	const texts = documents.map(({ text }) => text);
	const length = texts.reduce((sum, text) => sum + text.length, 0);
	if (length + file.size < MUCH) {
		const inPieces = await readAll(
			memoryStorage(held, most),
			[{ file, span: wholeSpan(division) }],
			take,
		);
		if (!isDeepStrictEqual(inPieces.documents, documents))
			throw new Error(`other documents in reads of ${most} bytes`);
		if (!isDeepStrictEqual(inPieces.bad, bad))
			throw new Error(
				`in reads of ${most} bytes: ${JSON.stringify(inPieces.bad)}, and else ${JSON.stringify(bad)}`,
			);
		const tasks = cutIntoTasks([division], taskSize).flat();
		const cut = await readAll(
			storage,
			tasks.map(({ input: _, ...span }) => ({ file, span })),
			take,
		);
		const cutTexts = cut.documents.map(({ text }) => text);
		const isSame =
			bad.length === 0
				? isDeepStrictEqual(cutTexts, texts) && cut.bad.length === 0
				: cut.bad.length > 0 && isWithin(texts, cutTexts);
		if (!isSame && tasks.length > 0)
			throw new Error(
				`other documents in tasks of ${taskSize} bytes: ${JSON.stringify([cutTexts, cut.bad, texts, bad]).slice(0, 1000)}`,
			);
	}
	const { format, compression } = file;
	return { texts, bad, format, compression, bytes: counts[0]?.bytes ?? 0 };
}

function written(files) {
	rmSync(join(directory, "in"), { recursive: true, force: true });
	mkdirSync(join(directory, "in"));
	return Object.fromEntries(
		Object.entries(files).map(([name, bytes]) => {
			const path = join(directory, "in", name);
			writeFileSync(path, bytes);
			return [path, bytes];
		}),
	);
}

async function readAll(storage, spans, take) {
	const taker = documentTaker({ ...takeSettings({}), ...take });
	const result = { documents: [], bad: [], counts: [] };
	const onBadRecord = (each) => {
		result.bad.push(each);
	};
	const batches = readSpans(
		spans.map((span) => ({ storage, ...span })),
		{ taker, onBadRecord },
	);
	let next = await batches.next();
	for (; !next.done; next = await batches.next()) {
		const { texts, ids, positions, numbers } = next.value;
		for (const [i, position] of positions.entries())
			result.documents.push({
				...{ text: textAt(texts, i), id: ids[i] },
				...{ position, number: numbers[i] },
			});
	}
	result.counts = next.value;
	return result;
}

/** Whether a list is another, some of which is left out. */
function isWithin(part, all) {
	let at = 0;
	for (const each of all) if (each === part[at]) at++;
	return at === part.length;
}
