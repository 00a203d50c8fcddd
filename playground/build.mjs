// Bundles the page into a folder of static files, which can lie at any path of any server:
//
//   npm run playground          to playground/dist
//   node playground/build.mjs OUT
import {
	cpSync,
	mkdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const here = fileURLToPath(new URL(".", import.meta.url));
const fixtures = join(here, "..", "fixtures");
const out = resolve(process.argv[2] ?? join(here, "dist"));

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const bundle = await rolldown({
	input: { main: join(here, "main.ts"), worker: join(here, "worker.ts") },
	platform: "browser",
	resolve: { extensionAlias: { ".js": [".ts", ".js"] } },
});
const { output } = await bundle.write({
	dir: out,
	chunkFileNames: "seqpack.js",
	format: "esm",
	minify: true,
});
await bundle.close();
const files = new Set(output.map(({ fileName }) => fileName));
const outside = output
	.flatMap(({ imports = [] }) => imports)
	.filter((name) => !files.has(name));
if (outside.length > 0)
	throw new Error(`the page needs what no browser has: ${outside.join(", ")}`);
for (const file of ["index.html", "style.css"])
	cpSync(join(here, file), join(out, file));
cpSync(
	join(fixtures, "tokenizer", "tokenizer.json"),
	join(out, "tokenizer.json"),
);
writeFileSync(join(out, "sample.txt"), sample());

/** Paragraphs of two chapters, and two of another script, as documents. */
function sample() {
	const chapters = ["chapter-001.txt", "chapter-002.txt"].map((name) =>
		readFileSync(join(fixtures, "prose", name), "utf8").trim(),
	);
	const texts = readFileSync(join(fixtures, "scripts", "udhr.jsonl"), "utf8")
		.split("\n")
		.filter((line) => /"(?:ell|jpn|hin)/.test(line.slice(0, 60)))
		.map((line) => JSON.parse(line).text.slice(0, 400).trim());
	return [...chapters, ...texts.map(oneParagraph)].join("\n\n");
}

function oneParagraph(text) {
	return text.replaceAll(/\n+/g, " ");
}
