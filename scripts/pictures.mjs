// Takes the pictures of pages in the docs (docs/pictures/*.png): of reports of what is built of the fixtures, and of the
// playground.
//
//   npm run build && npm run pictures [-- --check]
//
// In the Chromium that CHROMIUM names; otherwise /usr/bin/chromium. With --check they are compared with those that are
// there, and nothing is written.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
const narrow = { width: 960, height: 900 };

const isCheck = process.argv.includes("--check");
/** The share of the dots of a picture that may differ, since letters are not the same everywhere. */
const MOST_DIFFERENT = 0.02;

const inPlayground = new URLSearchParams({
	...{ text: readFileSync(join(fixtures, "prose/chapter-001.txt"), "utf8") },
	...{ tokenizer: "sample", rowLength: "512" },
});

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
	{
		name: "playground",
		hash: inPlayground,
		viewport: narrow,
		at: "section:has(#packs-title)",
	},
];

try {
	makeReports();
	execFileSync(process.execPath, [
		join(root, "playground/build.mjs"),
		join(directory, "playground"),
	]);
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
		for (const shot of shots) {
			const picture = await take(browser, shot);
			if (isCheck) await compare(browser, shot, picture);
			else write(shot, picture);
		}
	} finally {
		await browser.close();
	}
}

async function take(browser, { of, hash, at, ...options }) {
	const context = await browser.newContext(options);
	const page = await context.newPage();
	if (of === undefined) {
		// Modules of a page need HTTP.
		const host = "http://playground.test/";
		await page.route(`${host}**`, (route) => {
			const { pathname } = new URL(route.request().url());
			const name = pathname === "/" ? "index.html" : pathname;
			route.fulfill({ path: join(directory, "playground", name) });
		});
		await page.goto(`${host}#${hash}`);
		await page.waitForSelector("body[data-state=ready]");
	} else await page.goto(pathToFileURL(join(directory, `${of}.html`)).href);
	await page.evaluate((at) => {
		const top = document.querySelector(at).getBoundingClientRect().top;
		scrollTo(0, top - 4);
	}, at);
	const picture = await page.screenshot();
	await context.close();
	return picture;
}

function write({ name }, picture) {
	const size = picture.length;
	console.log(`${name}.png: ${Math.round(size / 1000)} kB`);
	if (size > MOST_BYTES)
		throw new Error(`${name}.png is larger than ${MOST_BYTES} bytes.`);
	writeFileSync(join(pictures, `${name}.png`), picture);
}

/** Ends with 1 where a picture that is there is of another page. */
async function compare(browser, { name }, picture) {
	const page = await browser.newPage();
	const there = readFileSync(join(pictures, `${name}.png`));
	const share = await page.evaluate(
		differentDots,
		[there, picture].map(
			(png) => `data:image/png;base64,${png.toString("base64")}`,
		),
	);
	await page.close();
	if (share <= MOST_DIFFERENT) return;
	console.error(
		`docs/pictures/${name}.png differs from the page in ${(100 * share).toFixed(1)} % of its dots: run npm run pictures.`,
	);
	process.exitCode = 1;
}

/** In a page: the share of the dots that differ between two pictures. */
async function differentDots(urls) {
	const [a, b] = await Promise.all(
		urls.map(async (url) => {
			const image = new Image();
			image.src = url;
			await image.decode();
			const { width, height } = image;
			const canvas = new OffscreenCanvas(width, height).getContext("2d");
			canvas.drawImage(image, 0, 0);
			const { data: dots } = canvas.getImageData(0, 0, width, height);
			return { width, height, dots };
		}),
	);
	if (a.width !== b.width || a.height !== b.height) return 1;
	let different = 0;
	for (let i = 0; i < a.dots.length; i += 4)
		different += Number(
			[0, 1, 2].some((c) => Math.abs(a.dots[i + c] - b.dots[i + c]) > 32),
		);
	return different / (a.dots.length / 4);
}
