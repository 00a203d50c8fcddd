// Takes a lock again and again, and says each time that two hold it at once.
// Arguments: the directory, how many rounds. Some rounds end as a kill would.
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { localFiles } from "../../dist/src/storage/local.js";
import { takeLock } from "../../dist/src/storage/lock.js";

const [directory, rounds, deadProcess] = process.argv.slice(2);
const state = `${directory}/state`;
const path = `${state}/lock`;
const marker = `${directory}/marker`;
const dead = JSON.parse(deadProcess);

/** What a process leaves that dies with the lock, or with a claim to it. */
function plant(place, word) {
	const aside = `${directory}/${word}`;
	writeFileSync(aside, JSON.stringify({ ...dead, word }));
	renameSync(aside, place);
}

async function taken() {
	for (;;) {
		try {
			return await takeLock(localFiles, path, state);
		} catch (error) {
			if (error.code !== "in-use") throw error;
			await sleep(Math.random() * 5);
		}
	}
}

for (let round = 0; round < Number(rounds); round++) {
	const lock = await taken();
	writeFileSync(marker, String(process.pid), { flag: "wx" });
	await sleep(Math.random() * 2);
	if (!(await lock.isHeld())) throw new Error("the lock is lost");
	rmSync(marker);
	const word = `dead${process.pid}x${round}`;
	if (round % 4 === 1) plant(path, word);
	else if (round % 4 === 2) {
		plant(`${path}.${word}.heir`, `${word}heir`);
		plant(path, word);
	} else {
		await lock.release();
		await localFiles.removeEmpty(state);
	}
}
