import fc from "fast-check";
import { expect, test } from "vitest";
import { BadInput } from "../../../src/sources/source.js";
import { openTemplate, recorded, render, textsOf } from "./recorded.js";

/** Words that are in no template, so that each stands where its message put it. */
const marker = (role: string, i: number) => `zq${role[0]}${i}zq`;

const talks = fc
	.array(
		fc.record({
			role: fc.constantFrom("user", "assistant", "assistant", "user", "tool"),
			before: fc.constantFrom(
				"",
				"\n",
				"  ",
				"<think>\nx\n</think>\n\n",
				"<",
				"é",
			),
			after: fc.constantFrom("", "\n\n", " ", "\u{1f600}", "</s>"),
			thinks: fc.boolean(),
		}),
		{ minLength: 1, maxLength: 7 },
	)
	.chain((messages) =>
		fc.tuple(fc.constant(messages), fc.boolean(), fc.boolean()),
	)
	.map(([messages, hasSystem, alternates]) => [
		...(hasSystem ? [{ role: "system", content: marker("system", 99) }] : []),
		...messages.map(({ role, before, after, thinks }, i) => {
			// Most templates want turns to be taken: half of the talks do so.
			const its = alternates ? ["user", "assistant"][i % 2] : role;
			return {
				role: its,
				content:
					(its === "assistant" ? before : before.replace(/<think>.*/s, "")) +
					marker(its, i) +
					after,
				...(thinks && its === "assistant"
					? { reasoning_content: `zqthought${i}zq` }
					: {}),
			};
		}),
	]);

test.each(Object.keys(recorded.templates))(
	"%s: every answer is trained on once, and nothing that others say",
	(name) => {
		const { template, eos } = openTemplate(name);
		let accepted = 0;
		fc.assert(
			fc.property(talks, (messages) => {
				let rendered: ReturnType<typeof render>;
				try {
					rendered = render(template, { messages }, "assistant", eos);
				} catch (error) {
					if (error instanceof BadInput) return;
					throw error;
				}
				accepted++;
				const { text, spans } = rendered;
				const trained = textsOf(text, spans);
				for (const [i, { role, content }] of messages.entries()) {
					const its = marker(
						role,
						role === "system" ? 99 : i - Number(messages[0].role === "system"),
					);
					expect(content).toContain(its);
					const times = trained.filter((part) => part.includes(its)).length;
					expect(times, `${name}: ${its} in ${JSON.stringify(trained)}`).toBe(
						Number(role === "assistant"),
					);
				}
				for (let i = 2; i < spans.length; i += 2)
					expect(spans[i]).toBeGreaterThanOrEqual(spans[i - 1]);
				expect(spans[spans.length - 1]).toBeLessThanOrEqual(text.length);
			}),
			{ numRuns: 60, seed: 15 },
		);
		expect(accepted).toBeGreaterThan(5);
	},
);
