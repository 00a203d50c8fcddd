import { describe, expect, test } from "vitest";
import { Rate, TimeLeft } from "../../cli/rate.js";

describe("a rate", () => {
	test("is not known before something has grown", () => {
		const rate = new Rate();
		expect(rate.at(0)).toBe(null);
		rate.add(0, 100);
		rate.add(5, 100);
		expect(rate.at(5)).toBe(null);
	});

	test.each([0.2, 1, 7, 100])(
		"of what grows evenly every %d s is exact",
		(step) => {
			const rate = new Rate();
			for (let time = 0; time <= 200; time += step) {
				rate.add(time, 1000 + 40 * time);
				if (time > 0) expect(rate.at(time)).toBeCloseTo(40, 9);
			}
		},
	);

	test("comes to what it has changed to", () => {
		const rate = new Rate();
		let amount = 0;
		const grow = (from: number, to: number, more: number) => {
			for (let time = from; time <= to; time++) {
				amount += more;
				rate.add(time, amount);
			}
		};
		grow(0, 60, 10);
		grow(61, 90, 100);
		expect(rate.at(90)).toBeGreaterThan(60);
		grow(91, 240, 100);
		expect(rate.at(240)).toBeGreaterThan(99);
	});

	test("of what stands still gets less, and is a number", () => {
		const rate = new Rate();
		for (let time = 0; time <= 20; time++) rate.add(time, time);
		expect(rate.at(25)).toBeCloseTo(1, 9);
		expect(rate.at(60)).toBeLessThan(0.4);
		expect(rate.at(1e9)).toBe(0);
	});

	test("begins anew with what is less than before, and takes no time twice", () => {
		const rate = new Rate();
		rate.add(0, 0);
		rate.add(1, 50);
		rate.add(1, 90);
		expect(rate.at(1)).toBeCloseTo(50, 9);
		rate.add(2, 10);
		expect(rate.at(2)).toBe(null);
		rate.add(3, 11);
		expect(rate.at(3)).toBeCloseTo(1, 9);
	});
});

describe("the time left", () => {
	/** What is told each second, of what is done by then. */
	const told = (done: readonly number[], total: number) => {
		const left = new TimeLeft();
		return done.map((amount, time) => left.at(time, amount, total));
	};

	test("of an even pace is exact, once enough is known", () => {
		const times = told(
			Array.from({ length: 100 }, (_, i) => 5 * i),
			500,
		);
		expect(times.slice(0, 3)).toEqual([null, null, null]);
		times.slice(3).forEach((time, i) => {
			expect(time).toBeCloseTo(100 - (i + 3), 6);
		});
	});

	test("counts down between steps of ten seconds", () => {
		const times = told(
			Array.from({ length: 100 }, (_, i) => Math.floor(i / 10)),
			10,
		);
		times.slice(30).forEach((time, i) => {
			expect(time).toBeCloseTo(100 - (i + 30), 0);
		});
	});

	test("does not go up and down with a pace that is uneven", () => {
		let amount = 0;
		const done = Array.from(
			{ length: 300 },
			(_, i) => (amount += i % 2 === 0 ? 8 : 12),
		);
		const times = told(done, 4000).slice(10) as number[];
		let rises = 0;
		times.forEach((time, i) => {
			if (i > 0 && time > times[i - 1]) rises++;
		});
		expect(rises).toBeLessThanOrEqual(2);
	});

	test("comes to the truth when the pace changes", () => {
		let amount = 0;
		const done = Array.from(
			{ length: 260 },
			(_, i) => (amount += i < 60 ? 20 : 5),
		);
		const times = told(done, 1200 + 5 * 300);
		expect(times[59]).toBeLessThan(90);
		expect(times[259]).toBeGreaterThan(80);
		expect(times[259]).toBeLessThan(130);
	});

	test("is no number that means nothing", () => {
		const left = new TimeLeft();
		expect(left.at(0, 0, 0)).toBe(null);
		expect(left.at(10, 0, 100)).toBe(null);
		expect(left.at(20, 0, 100)).toBe(null);
		for (const [time, done] of [
			[30, 1],
			[31, 2],
			[40, 100],
			[41, 100],
			[42, 101],
		])
			expect(left.at(time, done, 100) ?? 1).toBeGreaterThan(0);
		expect(left.at(50, 100, 100)).toBe(null);
		expect(left.at(1e12, 3, 100)).toBe(null);
	});

	test("begins anew where all is another number", () => {
		const left = new TimeLeft();
		for (let time = 0; time < 20; time++) left.at(time, time, 100);
		expect(left.at(20, 20, 1000)).toBe(null);
	});
});
