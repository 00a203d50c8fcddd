import type { Piece } from "./draft.js";
import { textOf } from "./faults.js";

/** How a composed record is written: as a text, as a text in parts with loss or without, or as messages. */
export type Form = "text" | "segments" | "messages";

interface FormFacts {
	/** The field that pieces come to. @param isMarked Whether messages say which of them to train on. */
	write(pieces: readonly Piece[], isMarked: boolean): object;
	/** The options of a build that read it. */
	readWith(isMarked: boolean): Readonly<Record<string, string>>;
}

/** Who is trained on in conversations. */
const MODEL = "assistant";
/** The field of messages that says whether to train on them. */
const TRAIN = "train";

export const forms: Readonly<Record<Form, FormFacts>> = {
	text: {
		write: (pieces) => ({ text: pieces.map(textOf).join("") }),
		readWith: () => ({}),
	},
	segments: {
		write: (pieces) => ({ segments: segmentsOf(pieces) }),
		readWith: () => ({ conversations: "segments" }),
	},
	messages: {
		write: (pieces, isMarked) => ({ messages: messagesOf(pieces, isMarked) }),
		readWith: (isMarked) =>
			isMarked ? { loss: TRAIN } : { conversations: "messages" },
	},
};

function segmentsOf(pieces: readonly Piece[]) {
	const segments: { label: boolean; text: string }[] = [];
	for (const piece of pieces) {
		const last = segments.at(-1);
		if (last?.label === piece.trained) last.text += textOf(piece);
		else segments.push({ label: piece.trained, text: textOf(piece) });
	}
	return segments;
}

/** Pieces of one speaker that follow each other are one message; a separator goes to the message before it. */
function messagesOf(pieces: readonly Piece[], isMarked: boolean) {
	const messages: { role: string; content: string; train?: boolean }[] = [];
	let trained = false;
	let waiting = "";
	for (const piece of pieces) {
		const { speaker } = piece;
		const last = messages.at(-1);
		if (speaker === null && last === undefined) waiting += textOf(piece);
		else if (
			last !== undefined &&
			(speaker === null || (speaker === last.role && piece.trained === trained))
		)
			last.content += textOf(piece);
		else if (speaker !== null) {
			trained = piece.trained;
			const isSaid = isMarked && speaker === MODEL;
			messages.push({
				role: speaker,
				content: waiting + textOf(piece),
				...(isSaid && { [TRAIN]: trained }),
			});
			waiting = "";
		}
	}
	return messages;
}
