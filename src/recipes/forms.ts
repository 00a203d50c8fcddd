import type { Piece } from "./draft.js";

/** How a composed record is written: as a text, as a text in parts with loss or without, or as messages. */
export type Form = "text" | "segments" | "messages";

interface FormFacts {
	/** The JSON of the field that pieces come to. @param isMarked Whether messages say which of them to train on. */
	layOut(pieces: readonly Piece[], isMarked: boolean): LaidOut;
	/** The options of a build that read it. */
	readWith(isMarked: boolean): Readonly<Record<string, string>>;
}

/** JSON with texts of pieces in it. */
export interface LaidOut {
	/** What stands before each piece; "" where its text goes on with that of the one before. */
	before: string[];
	/** What stands after the last. */
	end: string;
}

/** Who is trained on in conversations. */
const MODEL = "assistant";
/** The field of messages that says whether to train on them. */
const TRAIN = "train";

export const forms: Readonly<Record<Form, FormFacts>> = {
	text: {
		layOut: (pieces) => ({
			before: pieces.map((_, i) => (i === 0 ? '"text":"' : "")),
			end: '"',
		}),
		readWith: () => ({}),
	},
	segments: {
		layOut(pieces) {
			const open = (label: boolean) => `{"label":${label},"text":"`;
			const before = pieces.map(({ trained }, i) => {
				if (i === 0) return `"segments":[${open(trained)}`;
				return trained === pieces[i - 1].trained ? "" : `"},${open(trained)}`;
			});
			return { before, end: '"}]' };
		},
		readWith: () => ({ conversations: "segments" }),
	},
	messages: {
		layOut: messages,
		readWith: (isMarked) =>
			isMarked ? { loss: TRAIN } : { conversations: "messages" },
	},
};

/**
 * Pieces of one speaker that follow each other are one message. What nobody says, such as a
 * separator, goes to the message before it, and what is before all messages to the first.
 */
function messages(pieces: readonly Piece[], isMarked: boolean): LaidOut {
	let open: Pick<Piece, "speaker" | "trained"> | null = null;
	const close = () =>
		isMarked && open?.speaker === MODEL
			? `","${TRAIN}":${open.trained}}`
			: '"}';
	const before = pieces.map((piece, i) => {
		const first = open === null;
		const said: Piece | undefined =
			piece.speaker === null && first
				? pieces.slice(i).find(({ speaker }) => speaker !== null)
				: piece;
		const { speaker = MODEL, trained = true } = said ?? {};
		if (
			open !== null &&
			(speaker === null ||
				(speaker === open.speaker && trained === open.trained))
		)
			return "";
		const start = open === null ? '"messages":[' : `${close()},`;
		open = { speaker, trained };
		return `${start}{"role":${JSON.stringify(speaker)},"content":"`;
	});
	return { before, end: `${close()}]` };
}
