import { encoderOf } from "../../build/encoder.js";
import { specialsForGrowing } from "../../build/grow-store.js";
import { UsageError } from "../../core/errors.js";
import type { Manifest } from "../../dataset/manifest.js";
import { hasTurns } from "../../dataset/settings.js";
import type { Chat } from "../../documents/chat.js";
import type { Encoder } from "../../documents/encode-text.js";
import { loadChat } from "../../documents/load-chat.js";
import { usualWayWithSpecials } from "../../documents/specials-in-text.js";
import { specialsInTextOf } from "../../documents/specials-met.js";
import { readTokenizerFiles } from "../../storage/load-tokenizer.js";
import { tokenizerEngines } from "../../tokenizer/from-json.js";
import { openKept, prepareKept } from "../../tokenizer/kept-tokenizer.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";

/** What made the tokens of a dataset. */
export interface DatasetEncoders {
	tokenizer: Tokenizer;
	/** Of each source, by its place in the settings. */
	encoders: Encoder[];
	/** What conversations are rendered with; null: there are none. */
	chat: Chat | null;
}

/**
 * Opens the tokenizer of a dataset.
 * @throws UsageError `other-tokenizer`, and where there is no such tokenizer
 */
export async function openTokenizerOf(
	directory: string,
	manifest: Pick<Manifest, "settings" | "tokenizer">,
	path: string,
): Promise<Tokenizer> {
	return (await openOwn(directory, manifest, path)).tokenizer;
}

async function openOwn(
	directory: string,
	{ settings, tokenizer: of }: Pick<Manifest, "settings" | "tokenizer">,
	path: string,
) {
	const { specialTokensInText = usualWayWithSpecials } = settings;
	const files = await readTokenizerFiles(path);
	if (files.fingerprint !== of.fingerprint)
		throw new UsageError(
			"other-tokenizer",
			`${path} is not the tokenizer of ${directory}: its SHA-256 begins with ${files.fingerprint.slice(0, 12)}, and that of the dataset's with ${of.fingerprint.slice(0, 12)}.`,
		);
	const whole = { ...files, ...specialsInTextOf(specialTokensInText) };
	const engine = tokenizerEngines.find((name) => name === of.engine) ?? "auto";
	const tokenizer = openKept(prepareKept(files.fingerprint, whole, engine));
	return { tokenizer, whole, specialTokensInText };
}

/**
 * Opens the tokenizer of a dataset, with what its documents were made of texts with.
 * @param path Null: none is given.
 * @throws UsageError `other-tokenizer`, and where there is no such tokenizer or template
 */
export async function openEncoders(
	directory: string,
	manifest: Pick<Manifest, "settings" | "tokenizer">,
	path: string | undefined,
	chatTemplate: string | undefined,
): Promise<DatasetEncoders | null> {
	if (path === undefined) return null;
	const { settings } = manifest;
	const { tokenizer, whole, specialTokensInText } = await openOwn(
		directory,
		manifest,
		path,
	);
	const chat = settings.sources.some(hasTurns)
		? await loadChat(whole, tokenizer, {
				...specialsForGrowing({ out: directory, manifest }, {}, tokenizer),
				chatTemplate: chatTemplate ?? settings.chat?.template ?? undefined,
				templateDate: settings.chat?.date ?? undefined,
				templateValues: settings.chat?.values,
				specialTokensInText,
			})
		: null;
	return {
		tokenizer,
		encoders: settings.sources.map((source) =>
			encoderOf(settings, source, tokenizer),
		),
		chat,
	};
}
