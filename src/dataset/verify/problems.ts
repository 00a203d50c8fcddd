/** What is found wrong, as sentences. */
export class Problems {
	/** The first ones. */
	readonly sentences: string[] = [];
	/** How many there are in all. */
	count = 0;
	readonly most: number;

	/** @param most Sentences that are kept. */
	constructor(most: number) {
		this.most = most;
	}

	add(sentence: string): void {
		this.count++;
		if (this.sentences.length < this.most) this.sentences.push(sentence);
	}

	/** Adds what was found elsewhere. */
	append({ sentences, count }: Pick<Problems, "sentences" | "count">): void {
		for (const sentence of sentences) this.add(sentence);
		this.count += count - sentences.length;
	}
}
