import { counted } from "../../core/number-texts.js";
import { layouts } from "../../dataset/layouts/layouts.js";
import type { Manifest } from "../../dataset/manifest.js";
import type { Chosen } from "../../dataset/settings.js";
import type { Fact } from "./figures.js";

/** What is worth knowing of how a dataset was made, apart from counts. */
export function factsOf(manifest: Manifest): Fact[] {
	const { settings, tokenizer, shards, store, convertedFrom } = manifest;
	const { packs } = layouts.find(settings.layout);
	const facts: [string, string | undefined | null][] = [
		["layout", settings.layout],
		["made by", `seqpack ${manifest.seqpackVersion}`],
		["plan", manifest.planHash.slice(0, 12)],
		["converted from", convertedFrom?.slice(0, 12)],
		[
			"tokenizer",
			`${tokenizer.vocabSize.toLocaleString("en-US")} tokens, ${tokenizer.engine}, SHA-256 ${tokenizer.fingerprint.slice(0, 12)}`,
		],
		["cut", packs ? chosenText(settings.cut) : null],
		["packer", packs ? chosenText(settings.packer) : null],
		["order", packs ? chosenText(settings.order) : null],
		[
			"prefix trees",
			settings.prefixTree &&
				`prefixes of at least ${counted(settings.prefixTree.minShared, "token")} that documents share are held once`,
		],
		["mask", packs ? settings.mask.kind : null],
		["trained on", settings.isMasked ? "a part of the tokens" : "all tokens"],
		["store", store?.path],
		["trainer", settings.trainer],
		["shards", `${shards.length} ${settings.format}, ${settings.compression}`],
	];
	return facts.flatMap(([name, value]) =>
		value == null ? [] : [{ name, value }],
	);
}

/** An entry of a registry with what it was told. */
function chosenText({ name, ...options }: Chosen): string {
	const told = Object.entries(options)
		.filter(([, value]) => value !== null && value !== undefined)
		.map(([option, value]) => `${option} ${JSON.stringify(value)}`);
	return [name, ...told].join(", ");
}
