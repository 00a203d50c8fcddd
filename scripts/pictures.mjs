// Takes the pictures of the docs (docs/pictures/report-*.png) from reports of what is built of the fixtures:
//
//   npm run build && npm run pictures
//
// In the Chromium that CHROMIUM names; otherwise /usr/bin/chromium.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("..", import.meta.url));
const fixtures = join(root, "fixtures");
const pictures = join(root, "docs/pictures");
const tokenizer = join(fixtures, "tokenizer");
const directory = mkdtempSync(join(tmpdir(), "seqpack-pictures-"));
/** A picture is no larger than this: the docs are read on slow lines too. */
const MOST_BYTES = 150_000;

const desktop = { width: 1280, height: 940 };
const small = { width: 1280, height: 620 };
const phone = { width: 360, height: 780 };

/** The pictures: of what report, how wide, light or dark, and from which part of the page on. */
const shots = [
	{ name: "report-light", of: "data", viewport: desktop, at: "#lengths" },
	{ name: "report-rows", of: "data", viewport: small, at: "#samples" },
	{
		name: "report-dark",
		of: "plan",
		viewport: desktop,
		at: "#curriculum",
		colorScheme: "dark",
	},
	{ name: "report-pair", of: "pair", viewport: desktop, at: "h1" },
	{ name: "report-phone", of: "data", viewport: phone, at: "#lengths" },
];

try {
	makeReports();
	mkdirSync(pictures, { recursive: true });
	await takePictures();
} finally {
	rmSync(directory, { recursive: true, force: true });
}

function seqpack(...args) {
	execFileSync(
		process.execPath,
		[join(root, "dist/bin/main.js"), ...args, "--quiet"],
		{ cwd: directory, stdio: "inherit" },
	);
}

function makeReports() {
	const inputs = [join(fixtures, "prose"), join(fixtures, "code")];
	const build = (out, ...args) =>
		seqpack(
			"build",
			...inputs,
			"--tokenizer",
			tokenizer,
			...args,
			"--out",
			out,
		);
	build("data", "--seq-len", "4096");
	build("buckets", "--layout", "buckets");
	seqpack(
		...["curriculum", "buckets", "--schedule", "grow-p2", "--cycles", "2"],
		...["--buckets", "512,1024,2048,4096,8192", "--tokens-per-step", "16K"],
		...["--world-size", "2", "--out", "plan"],
	);
	const rows = ["--rows", "40..42", "--tokens", "96", "--tokenizer", tokenizer];
	seqpack("report", "data", ...rows, "--out", "data.html");
	seqpack("report", "plan", "--out", "plan.html");
	seqpack("report", "data", "buckets", "--out", "pair.html");
}

async function takePictures() {
	const browser = await chromium.launch({
		executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
		// Chromium has no sandbox for root.
		args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
	});
	try {
		for (const { name, of, at, ...options } of shots) {
			const page = await (await browser.newContext(options)).newPage();
			await page.goto(pathToFileURL(join(directory, `${of}.html`)).href);
			await page.evaluate((at) => {
				const top = document.querySelector(at).getBoundingClientRect().top;
				scrollTo(0, top - 4);
			}, at);
			const path = join(pictures, `${name}.png`);
			await page.screenshot({ path });
			const { size } = statSync(path);
			console.log(`${name}.png: ${Math.round(size / 1000)} kB`);
			if (size > MOST_BYTES)
				throw new Error(`${name}.png is larger than ${MOST_BYTES} bytes.`);
		}
	} finally {
		await browser.close();
	}
}
