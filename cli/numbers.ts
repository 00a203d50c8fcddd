import { InvalidArgumentError } from "commander";

const FACTORS: Record<string, number> = {
	"": 1,
	k: 2 ** 10,
	m: 2 ** 20,
	g: 2 ** 30,
	t: 2 ** 40,
};

/** Reads a whole number, with K, M, G or T for powers of 1024. */
export function parseCount(text: string): number {
	const match = /^(-?\d+)([kmgt]?)$/i.exec(text);
	if (match === null)
		throw new InvalidArgumentError(
			"Give a whole number, such as 8192, 64K or 256M.",
		);
	return Number(match[1]) * FACTORS[match[2].toLowerCase()];
}

/** Reads whole numbers with commas between. */
export function parseCounts(text: string): number[] {
	return text.split(",").map((part) => parseCount(part.trim()));
}

/** Reads numbers with commas between, of any kind. */
export function parseNumbers(text: string): number[] {
	const numbers = text.split(",").map((part) => Number(part.trim() || "?"));
	if (numbers.some((number) => !Number.isFinite(number)))
		throw new InvalidArgumentError(
			"Give numbers with commas between, such as 0.7,0.3.",
		);
	return numbers;
}

/** 1234567 as "1,234,567". */
export function grouped(number: number): string {
	return number.toLocaleString("en-US");
}

/** "1 row", "2 rows". */
export function counted(number: number, one: string): string {
	return `${grouped(number)} ${one}${number === 1 ? "" : "s"}`;
}

/** Bytes as "1.2 MB" (powers of 1000). */
export function bytesText(bytes: number): string {
	const units = ["bytes", "kB", "MB", "GB", "TB"];
	let unit = 0;
	let value = bytes;
	while (value >= 999.5 && unit < units.length - 1) {
		value /= 1000;
		unit++;
	}
	return `${unit === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1)} ${units[unit]}`;
}

/** A share as "99.87 %". */
export function percent(share: number): string {
	return `${(100 * share).toFixed(2)} %`;
}

/** Seconds as "4.2 s", "3 m 20 s" or "2 h 05 m". */
export function durationText(seconds: number): string {
	if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
	const whole = Math.round(seconds);
	if (whole < 3600) return `${Math.floor(whole / 60)} m ${whole % 60} s`;
	const minutes = Math.round(whole / 60);
	return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} m`;
}
