import { DataError, type SeqpackError, UsageError } from "../../core/errors.js";
import { sourceFormats } from "../formats.js";
import { BadInput, type InputFile, type ReadableStorage } from "../source.js";
import { detect } from "./detect.js";

/** The reasons that a look into a file has for not reading it, each with what it means. */
export const lookReasons = {
	misnamed: "the file is not what its name says",
	"git-lfs-pointer": "the file is a pointer of Git LFS",
	unreadable: "the file cannot be read",
};

/** A file that cannot be read, by a look into it. */
export class Unreadable extends BadInput {
	/** As it is told where nothing is passed over. */
	readonly error: SeqpackError;

	constructor(reason: keyof typeof lookReasons, error: SeqpackError) {
		super(reason, error.message.replace(/\.$/, ""));
		this.error = error;
	}
}

/**
 * A file as it turns out to be, where nobody has looked into it: a signature counts for more than
 * its name.
 * @throws Unreadable
 */
export async function lookInto(
	storage: ReadableStorage,
	file: InputFile,
): Promise<InputFile> {
	const { path, size, unseen } = file;
	if (unseen === undefined) return file;
	const version = file.version ?? "";
	const asked = { path, size, version, isNamed: true, hasName: true };
	const given = unseen === "given" ? file.format : null;
	const found = await detect(storage, asked, given).catch((error) => {
		if (error instanceof UsageError) throw new Unreadable("unreadable", error);
		throw error;
	});
	if ("leftOut" in found) {
		const { leftOut, error } = found;
		if (error === null || !isReason(leftOut))
			throw new Error(`${path} is left out: ${leftOut}`);
		throw new Unreadable(leftOut, error);
	}
	const { format, compression } = found;
	if (contentOf(format) !== contentOf(file.format))
		throw new Unreadable(
			"misnamed",
			new DataError(
				"misnamed",
				`${path} holds ${contentOf(format)} by its first bytes (format ${format}), and ${contentOf(file.format)} by its name: give it the name that it should have.`,
			),
		);
	return { ...file, format, compression };
}

function isReason(name: string): name is keyof typeof lookReasons {
	return Object.hasOwn(lookReasons, name);
}

function contentOf(format: string): string {
	const { content } = sourceFormats.find(format);
	return content === undefined ? "texts" : "ids of tokens";
}
