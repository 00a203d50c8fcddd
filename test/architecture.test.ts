import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Registry } from "../src/core/registry.js";
import { root } from "./helpers.js";
import {
	circles,
	type Node,
	type SourceFile,
	sourceFile,
	sourceFiles,
	stringOf,
} from "./source-files.js";

/** The floors of src/, the lowest first: imports go down only. */
const floors = [
	"core",
	"tokenizer",
	"segment",
	"strata",
	"decompose",
	"masks",
	"pack",
	"parallel",
	"curriculum",
	"storage",
	"threads",
	"tables",
	"sources",
	"documents",
	"recipes",
	"dataset",
	"options",
	"records",
	"plan",
	"batches",
	"export",
	"compose",
	"build",
	"audit",
	"report",
	"engines",
];
/** Floors that need nothing from Node. */
const pure = floors.slice(0, floors.indexOf("storage"));
/** Floors to which a line in a registry adds an entry. */
const extensible = [
	"segment",
	"strata",
	"decompose",
	"masks",
	"pack",
	"parallel",
	"curriculum",
	"storage",
	"tables",
	"sources",
	"recipes",
	"dataset",
	"audit",
	"engines",
];

// Kernels become WebAssembly: another language, whose imports have no endings.
const isKernel = ({ path }: SourceFile) =>
	existsSync(join(root, `${dirname(path)}-bytes.ts`));
const all = sourceFiles(["src", "cli"]);
const files = all.filter((file) => !isKernel(file));
const src = files.filter(({ path }) => path.startsWith("src/"));

/**
 * Texts that are compared with something and are spelled like an entry of a registry,
 * but are something else: the place as the test prints it, and what they are.
 */
const otherMeanings: Readonly<Record<string, string>> = {
	'cli/command.ts: "file", a storage': "an option that is read from a file",
	'cli/command.ts: "words", a unit of length': "how an option is written",
	'cli/describe-option.ts: "words", a unit of length':
		"how an option is written",
	'cli/audit.ts: "error", a cut': "how bad a finding is",
	'cli/say.ts: "error", a cut': "how much is said",
	'src/batches/batch-settings.ts: "token", a loss weighting':
		"what a column has a value for",
	'src/build/tree-settings.ts: "token", a loss weighting':
		"what a column has a value for",
	'src/dataset/file-fault.ts: "file", a storage': "what a path is",
	'src/dataset/find-manifest.ts: "file", a storage': "what a path is",
	'src/documents/conversations/read-messages.ts: "text", a input format':
		"what a part of a content is",
	'src/documents/chat.ts: "assistant", a loss': "who says a message",
	'src/documents/strata/output.ts: "assistant", a loss': "who says a message",
	'src/documents/tokenizer-option.ts: "tokens", a unit of length':
		"what a format holds",
	'src/recipes/lengths.ts: "words", a unit of length':
		"runs of what is no white space",
	'src/documents/load-chat.ts: "file", a storage': "what a path is",
	'src/records/record-packing.ts: "error", a cut':
		"what becomes of records longer than a row",
	'src/sources/find/detect.ts: "file", a storage': "what a path is",
	'src/sources/find/find-inputs.ts: "file", a storage': "what a path is",
	'src/report/write-report.ts: "file", a storage': "what a path is",
	'src/tokenizer/kmer-tokenizer.ts: "truncate-left", a cut':
		"what becomes of bases that are left",
	'src/tokenizer/patterns/escapes.ts: "c", a language': "a letter of an escape",
	'src/tokenizer/split-automaton.ts: "split", a cut': "an instruction",
};

describe("imports", () => {
	/** `src/pack/x.ts` is on the floor `pack`; a file right in src is above all. */
	function floorOf(path: string): number {
		const [top, floor, rest] = path.split("/");
		if (top === "cli") return floors.length + 1;
		if (rest === undefined) return floors.length;
		return floors.indexOf(floor);
	}

	test("go from a floor to itself and those below", () => {
		const unknown = src.filter(({ path }) => floorOf(path) === -1);
		expect(unknown.map(({ path }) => path)).toEqual([]);
		expect(
			files.flatMap(({ path, imports }) =>
				imports
					// The version is a fact that any floor may state.
					.filter((target) => target !== "src/version.ts")
					.filter((target) => floorOf(target) > floorOf(path))
					.map((target) => `${path} imports ${target}`),
			),
		).toEqual([]);
	});

	test("go in no circle", () => {
		expect(circles(files).map((group) => group.join(" and "))).toEqual([]);
	});

	test("of kernels go in no circle, and out of one to its layout only", () => {
		const kernels = all.filter(isKernel).map((file) => ({
			...file,
			imports: file.imports.map((path) => `${path}.ts`),
		}));
		expect(circles(kernels).map((group) => group.join(" and "))).toEqual([]);
		for (const { path, imports } of kernels)
			for (const target of imports)
				if (!target.startsWith(`${dirname(path)}/`))
					expect(target, path).toBe(join(dirname(path), "../layout.ts"));
	});

	test("of the pure entries of the package are from pure floors", () => {
		const { exports } = JSON.parse(
			readFileSync(join(root, "package.json"), "utf8"),
		);
		for (const floor of Object.keys(exports)) {
			if (floor === "." || floor === "./package.json") continue;
			const path = `src/${floor.slice(2)}.ts`;
			const entry = src.find((file) => file.path === path);
			expect(entry, path).toBeDefined();
			for (const target of entry?.imports ?? [])
				expect(pure, `${path} imports ${target}`).toContain(
					target.split("/")[1],
				);
		}
	});

	test("of the files of this machine are in one place", () => {
		expect(
			files
				.filter(({ path }) => !path.startsWith("src/storage/"))
				.filter(({ imports }) => imports.includes("src/storage/local.ts"))
				.map(({ path }) => path),
		).toEqual([]);
	});
});

describe("a pure floor", () => {
	const onPureFloors = src.filter(({ path }) =>
		pure.includes(path.split("/")[1]),
	);

	test("imports nothing from Node, and no package that does", () => {
		for (const { path, packages } of onPureFloors)
			for (const name of packages)
				expect(["@huggingface/tokenizers"], path).toContain(name);
	});

	test("uses nothing that only Node has", () => {
		for (const file of onPureFloors)
			expect(nodeGlobalsOf(file), file.path).toEqual([]);
		const uses = (text: string) => nodeGlobalsOf(sourceFile("x.ts", text));
		expect(uses("process.exit(1)")).toEqual(["process"]);
		expect(uses("const a: Buffer = Buffer.alloc(1)")).toEqual(["Buffer"]);
		expect(uses("globalThis.Buffer.alloc(1)")).toEqual(["globalThis.Buffer"]);
		expect(
			uses('if (typeof globalThis.Buffer === "function") globalThis.Buffer.x'),
		).toEqual([]);
		expect(uses("a.process.b; ({ process: 1 })")).toEqual([]);
	});

	/** Globals of Node that are used; those asked for by `typeof` may be missing. */
	function nodeGlobalsOf({ nodes, text }: SourceFile): string[] {
		const found: string[] = [];
		for (const { node, parent } of nodes) {
			const name = String(node.name);
			if (!["process", "Buffer", "require", "setImmediate"].includes(name))
				continue;
			if (node.type !== "Identifier" || parent === null) continue;
			if (parent.type === "TSTypeReference") continue;
			if (parent.type === "Property" && parent.key === node) continue;
			if (parent.type !== "MemberExpression" || parent.object === node)
				found.push(name);
			else if (
				(parent.object as Node).name === "globalThis" &&
				!text.includes(`typeof globalThis.${name}`)
			)
				found.push(`globalThis.${name}`);
		}
		return found;
	}
});

test("JSON is parsed in one place, which knows the faults of JSON.parse", () => {
	const parsing = files.filter(({ text }) => /\bJSON\.parse[(;]/.test(text));
	expect(parsing.map(({ path }) => path)).toEqual(["src/core/json.ts"]);
});

test("threads are made by the pool, and for reading ahead", () => {
	const own = files.filter(({ text }) => /\bnew Worker\(/.test(text));
	expect(own.map(({ path }) => path).sort()).toEqual([
		"src/batches/read-ahead.ts",
		"src/threads/pool.ts",
	]);
});

test("no text of src/ has a flag of the command: options go by optionName", () => {
	expect(
		src
			.filter(({ nodes }) =>
				nodes.some(({ node }) =>
					/(^|[\s("'`])--[a-z]/.test(
						// Those of other programs are theirs, and variables of a page are none.
						(stringOf(node) ?? "").replace(/`aws [^`]*|\bvar\(--[\w-]*/g, ""),
					),
				),
			)
			.map(({ path }) => path),
	).toEqual([]);
});

describe("what is true of one entry of a registry is said by the entry", async () => {
	const registries: { folder: string; kind: string; names: Set<string> }[] = [];
	for (const { path, nodes } of src) {
		if (path === "src/core/registry.ts") continue;
		const calls = nodes.filter(({ node }) => isCallOf("registry", node));
		if (calls.length === 0) continue;
		const module: Record<string, unknown> = await import(
			join(root, "dist", path.replace(/\.ts$/, ".js"))
		);
		const found = Object.values(module).filter(isRegistry);
		test(`${path} exports its registries`, () => {
			expect(found.length).toBeGreaterThanOrEqual(calls.length);
		});
		for (const { kind, names } of found)
			registries.push({ folder: dirname(path), kind, names: new Set(names) });
	}

	test("what is added to is a registry", () => {
		expect(
			extensible.filter(
				(floor) =>
					!registries.some(({ folder }) =>
						`${folder}/`.startsWith(`src/${floor}/`),
					),
			),
		).toEqual([]);
	});

	test("nobody else tests its name", () => {
		const found = new Set(
			files.flatMap((file) =>
				testedTexts(file).flatMap(({ text, isPrefix }) => {
					const having = registries.filter(({ names }) =>
						isPrefix
							? [...names].some((name) => name.startsWith(text))
							: names.has(text),
					);
					const isAtHome = having.some(({ folder }) =>
						file.path.startsWith(`${folder}/`),
					);
					return having.length === 0 || isAtHome
						? []
						: [`${file.path}: ${JSON.stringify(text)}, a ${having[0].kind}`];
				}),
			),
		);
		for (const place of Object.keys(otherMeanings))
			expect(found.delete(place), `${place} is still needed`).toBe(true);
		expect([...found]).toEqual([]);
	});

	test("such tests are found", () => {
		const found = (text: string) =>
			testedTexts(sourceFile("x.ts", text)).map((tested) => tested.text);
		expect(found('if (a === "x" || "y" !== b) {}')).toEqual(["x", "y"]);
		expect(found('switch (a) { case "x": break; default: }')).toEqual(["x"]);
		expect(found('name.startsWith("binary")')).toEqual(["binary"]);
		expect(found('["x", "y"].includes(a)')).toEqual(["x", "y"]);
		expect(found('typeof a === "string"; f("x"); const b = "y";')).toEqual([]);
	});
});

function isCallOf(name: string, { type, callee }: Node): boolean {
	return type === "CallExpression" && (callee as Node).name === name;
}

function isRegistry(value: unknown): value is Registry<string, unknown> {
	const { kind, names, find } = (value ?? {}) as Record<string, unknown>;
	return (
		typeof kind === "string" &&
		Array.isArray(names) &&
		typeof find === "function"
	);
}

/** Texts that something is compared with. */
function testedTexts({
	nodes,
}: SourceFile): { text: string; isPrefix: boolean }[] {
	return nodes.flatMap(({ node }) => {
		const texts = (of: unknown[], isPrefix = false) =>
			of
				.map((part) => (part ? stringOf(part as Node) : null))
				.filter((text) => text !== null)
				.map((text) => ({ text, isPrefix }));
		if (node.type === "SwitchCase") return texts([node.test]);
		if (node.type === "BinaryExpression") {
			const sides = [node.left, node.right] as Node[];
			const isTypeof = sides.some(({ operator }) => operator === "typeof");
			const compares = /^[!=]==?$/.test(String(node.operator));
			return compares && !isTypeof ? texts(sides) : [];
		}
		if (node.type !== "CallExpression") return [];
		const { property, object } = node.callee as Record<
			string,
			Node | undefined
		>;
		if (property?.name === "startsWith")
			return texts(node.arguments as Node[], true);
		if (property?.name === "includes" && object?.type === "ArrayExpression")
			return texts(object.elements as Node[]);
		return [];
	});
}
