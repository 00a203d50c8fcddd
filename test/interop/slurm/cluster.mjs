// A Slurm of one machine, from Debian's packages, without systemd and control groups.
import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readFileSync,
	writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { installPackages } from "../schedulers/debian.mjs";

/**
 * Installs Slurm where it is not there.
 * @throws Error that says why it could not
 */
export function installSlurm() {
	installPackages(
		["slurm-wlm", "munge"],
		["munged", "slurmctld", "slurmd", "sbatch", "squeue"],
	);
}

/**
 * Starts a cluster whose files are in a directory.
 * @returns The environment of its commands, and what ends it.
 */
export async function startCluster(directory, { maxArraySize = 1001 } = {}) {
	for (const name of ["munge", "state", "spool", "log"])
		mkdirSync(join(directory, name), { recursive: true });
	chmodSync(directory, 0o755);
	chmodSync(join(directory, "munge"), 0o755);
	const munge = (name) => join(directory, "munge", name);
	writeFileSync(munge("key"), randomBytes(1024), { mode: 0o400 });
	const host = hostname().split(".")[0];
	const [controller, daemon] = [await freePort(), await freePort()];
	const config = join(directory, "slurm.conf");
	writeFileSync(
		config,
		`ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=${munge("socket")}
StateSaveLocation=${directory}/state
SlurmdSpoolDir=${directory}/spool
SlurmctldPidFile=${directory}/slurmctld.pid
SlurmdPidFile=${directory}/slurmd.pid
SlurmctldLogFile=${directory}/log/slurmctld.log
SlurmdLogFile=${directory}/log/slurmd.log
SlurmctldPort=${controller}
SlurmdPort=${daemon}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000,defer_batch
ReturnToService=2
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MaxArraySize=${maxArraySize}
MaxJobCount=20000
KillWait=2
SlurmdParameters=config_overrides
NodeName=${host} NodeAddr=127.0.0.1 CPUs=8 RealMemory=16000 State=UNKNOWN
PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE State=UP
`,
	);
	const env = { ...process.env, SLURM_CONF: config };
	const start = (program, ...args) =>
		execFileSync(program, args, { env, stdio: ["ignore", "inherit", "pipe"] });
	start(
		"munged",
		`--key-file=${munge("key")}`,
		`--socket=${munge("socket")}`,
		`--pid-file=${munge("pid")}`,
		`--seed-file=${munge("seed")}`,
		`--log-file=${munge("log")}`,
	);
	const stop = async () => {
		for (const file of ["slurmd.pid", "slurmctld.pid", "munge/pid"])
			await end(join(directory, file));
	};
	try {
		start("slurmctld");
		start("slurmd", "-N", host);
		const due = Date.now() + 30_000;
		const state = () =>
			spawnSync("sinfo", ["-h", "-o", "%t"], { env, encoding: "utf8" }).stdout;
		while (state().trim() !== "idle") {
			if (Date.now() > due)
				throw new Error(
					`the node of the cluster is ${state()}: ${readFileSync(`${directory}/log/slurmd.log`, "utf8")}`,
				);
			await sleep(100);
		}
	} catch (error) {
		await stop();
		throw error;
	}
	return { env, stop };
}

async function end(pidFile) {
	if (!existsSync(pidFile)) return;
	const pid = Number(readFileSync(pidFile, "utf8"));
	for (const signal of ["SIGTERM", "SIGKILL"]) {
		try {
			process.kill(pid, signal);
			for (let i = 0; i < 50; i++) {
				process.kill(pid, 0);
				await sleep(100);
			}
		} catch {
			return;
		}
	}
}

function freePort() {
	return new Promise((resolve) => {
		const server = createServer().listen(0, "127.0.0.1", () => {
			const { port } = server.address();
			server.close(() => resolve(port));
		});
	});
}
