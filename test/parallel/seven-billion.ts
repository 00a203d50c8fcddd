import type { GroupCost } from "../../src/parallel.js";

/** FlexSP's constants for a model of 7 billion parameters: a1, a2, b1; 16 l h bytes a token; GB/s. */
export const sevenBillion: GroupCost = {
	perSquare: 5.128e-6,
	perToken: 0.18396,
	fixed: 629.36,
	communication: {
		perToken: (16 * 32 * 4096) / 2 ** 20,
		bandwidth: { 2: 119.54, 4: 104.07, 8: 96.5, 16: 10.33, 32: 5.94, 64: 4.87 },
	},
};

/** Tokens of a device of 30 GB, of 64. */
export const tokensPerDevice = 6484;
