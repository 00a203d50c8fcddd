import { optionName } from "../../core/errors.js";
import { shortened } from "../../core/text.js";
import { BadInput } from "../source.js";

/** Compressed data that cannot be used. */
export class Damage extends BadInput {
	/**
	 * Whether the bytes right before may be wrong as well: a fault in the middle shows
	 * only some way after it.
	 */
	readonly suspect: boolean;

	constructor(reason: string, sentence: string, suspect = false) {
		super(reason, sentence);
		this.suspect = suspect;
	}
}

const remedy = () =>
	`Fetch it again, or give ${optionName("onError", "skip")} to use the records before this place`;

/** The reasons and the errors of one compression, by its name. */
export function damagesOf(name: string) {
	return {
		reasons: {
			[`truncated-${name}`]: `the ${name} data ends too early`,
			[`corrupt-${name}`]: `the ${name} data is damaged, or not ${name}`,
			[`garbage-after-${name}`]: `after the ${name} data comes something else`,
		},
		truncated: () =>
			new Damage(
				`truncated-${name}`,
				`the ${name} data ends too early: the file was cut short. ${remedy()}`,
			),
		/** @param suspect Whether what was decoded right before may be wrong. */
		corrupt: (detail: string, suspect = true) =>
			new Damage(
				`corrupt-${name}`,
				`the ${name} data is damaged or not ${name} (${shortened(detail)}). ${remedy()}`,
				suspect,
			),
		wrongChecksum: () =>
			new Damage(
				`corrupt-${name}`,
				`the ${name} data is damaged: its checksum is wrong, so something before this place is. ${remedy()}`,
			),
		garbageAfter: () =>
			new Damage(
				`garbage-after-${name}`,
				`after the ${name} data comes something that is not ${name}, so records may be missing. ${remedy()}`,
			),
	};
}

/** The reason and the error of what a compression can have and seqpack cannot read. */
export function unsupportedBy(name: string) {
	return {
		reasons: {
			[`unsupported-${name}`]: `the ${name} data needs what seqpack lacks`,
		},
		unsupported: (what: string) =>
			new Damage(
				`unsupported-${name}`,
				`the ${name} data ${what}. Compress the file again without it`,
			),
	};
}
