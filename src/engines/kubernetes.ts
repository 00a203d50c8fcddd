import { isAbsolute } from "node:path";
import { stringify } from "yaml";
import { optionName, UsageError } from "../core/errors.js";
import { permanentCodes } from "../core/exit-codes.js";
import { grouped, required, text } from "../core/option.js";
import { flag } from "./command-line.js";
import type { Engine, Work } from "./engine.js";
import { memoryNeeded } from "./memory.js";

const options = grouped("Running", {
	image: required(
		text({
			placeholder: "image",
			help: "the container image of the jobs, with the command seqpack on its PATH",
		}),
	),
	claim: text({
		placeholder: "name=path",
		defaultText: "none",
		help: "a PersistentVolumeClaim, and where it is mounted",
	}),
	serviceAccount: text({
		placeholder: "name",
		defaultText: "the namespace's",
		help: "the service account of the pods",
	}),
	namespace: text({
		placeholder: "name",
		defaultText: "that of kubectl",
		help: "the namespace of the jobs",
	}),
});

interface KubernetesValues {
	image: string;
	claim?: string;
	serviceAccount?: string;
	namespace?: string;
}

/** Indexes of a Job, at most, and pods of it at a time. */
const MOST_INDEXES = 100_000;
const MOST_PODS = 10_000;
/** Indexes that may fail for good before the Job gives up. */
const MOST_FAILED = 10;
/** Seconds in which a pod that is asked to stop ends. */
const GRACE = 120;
/** Seconds that a pod waits for what others leave. */
const WAIT = 3600;

/** Variables that say where data is, and no secrets; what of them is set here, pods have too. */
const passedOn = [
	"AWS_ENDPOINT_URL_S3",
	"AWS_ENDPOINT_URL",
	"AWS_REGION",
	"AWS_DEFAULT_REGION",
	"HF_ENDPOINT",
];

/** An Indexed Job of Kubernetes, printed as YAML. */
export const kubernetes: Engine<typeof options> = {
	meaning: "an Indexed Job of Kubernetes: prints its manifest",
	options,

	mostGroups: async () => MOST_INDEXES,

	async submit(work, given) {
		const values = given as unknown as KubernetesValues;
		const claim = claimOf(values.claim);
		const { missing } = work;
		if (claim === null && isAbsolute(work.out))
			throw new UsageError(
				"bad-option",
				`${work.out} is a directory of this machine, which pods do not see: write to a URL of an object storage, or give ${optionName("claim")} with a volume that is mounted at the same path here and there.`,
			);
		if (missing.length === 0)
			return {
				...{ text: null, submitted: [], queued: [], jobs: [] },
				notices: work.isDone
					? [`all tasks are done: run seqpack finalize ${work.out}`]
					: [],
			};
		const name = `seqpack-${work.planned.plan.planHash.slice(0, 10)}`;
		const job = jobOf(work, values, name, claim);
		const inNamespace = values.namespace
			? ` ${flag("namespace", values.namespace)}`
			: "";
		const next = [
			`kubectl apply -f job.yaml`,
			`kubectl wait${inNamespace} ${flag("for", "condition=complete")} ${flag("timeout", "-1s")} job/${name}`,
			`seqpack finalize ${work.out}`,
		];
		const comment = [
			`${missing.length} of ${work.groups.length} groups are to be done. With this file as job.yaml:`,
			...next.map((line) => `  ${line}`),
			`seqpack status ${work.out} tells how far it is. To run again what failed for good, remove`,
			"the Job and apply it once more: what is done is not done again.",
		];
		const yaml = stringify(job, { lineWidth: 0, aliasDuplicateObjects: false });
		const text = `${comment.map((line) => `# ${line}\n`).join("")}${yaml}`;
		return { text, submitted: missing, queued: [], jobs: [name], notices: [] };
	},
};

function jobOf(
	work: Work,
	{ image, serviceAccount, namespace }: KubernetesValues,
	name: string,
	claim: { name: string; path: string } | null,
): object {
	const { planned, groups, out, tasksPerJob, tries } = work;
	const workers = Math.max(1, work.workers ?? 1);
	const memory = Math.ceil(
		memoryNeeded(planned.plan.settings, workers) / 2 ** 20,
	);
	const hasWaves = groups.some(({ wave }) => wave > 0);
	const labels = { "app.kubernetes.io/name": "seqpack" };
	return {
		apiVersion: "batch/v1",
		kind: "Job",
		metadata: { name, ...(namespace && { namespace }), labels },
		spec: {
			completionMode: "Indexed",
			completions: groups.length,
			parallelism: Math.min(groups.length, MOST_PODS),
			backoffLimitPerIndex: Math.max(0, tries - 1),
			maxFailedIndexes: Math.min(groups.length, MOST_FAILED),
			podReplacementPolicy: "Failed",
			podFailurePolicy: {
				rules: [
					// The pod was evicted, or its node went away: that is no failure of the task.
					{
						action: "Ignore",
						onPodConditions: [{ type: "DisruptionTarget", status: "True" }],
					},
					// Wrong use and bad data: trying again mends neither.
					{
						action: "FailJob",
						onExitCodes: {
							containerName: "seqpack",
							operator: "In",
							values: [...permanentCodes],
						},
					},
				],
			},
			template: {
				metadata: { labels },
				spec: {
					restartPolicy: "Never",
					terminationGracePeriodSeconds: GRACE,
					...(serviceAccount && { serviceAccountName: serviceAccount }),
					containers: [
						{
							name: "seqpack",
							image,
							command: [
								"seqpack",
								"run-tasks",
								out,
								flag("tasks-per-job", tasksPerJob),
								flag("workers", workers),
								flag("tries", tries),
								...(hasWaves ? [flag("wait", WAIT)] : []),
							],
							env: [
								{
									name: "SEQPACK_JOB",
									valueFrom: { fieldRef: { fieldPath: "metadata.name" } },
								},
								...passedOn.flatMap((name) => {
									const value = process.env[name];
									return value ? [{ name, value }] : [];
								}),
							],
							resources: {
								requests: { cpu: String(workers), memory: `${memory}Mi` },
								limits: { memory: `${memory}Mi` },
							},
							...(claim && {
								volumeMounts: [{ name: "data", mountPath: claim.path }],
							}),
						},
					],
					...(claim && {
						volumes: [
							{
								name: "data",
								persistentVolumeClaim: { claimName: claim.name },
							},
						],
					}),
				},
			},
		},
	};
}

/** @throws UsageError `bad-option` */
function claimOf(
	claim: string | undefined,
): { name: string; path: string } | null {
	if (claim === undefined) return null;
	const [, name, path] = /^([^=/]+)=(\/.*)$/.exec(claim) ?? [];
	if (name === undefined)
		throw new UsageError(
			"bad-option",
			`${optionName("claim", claim)} is no name with a path: give it as name=/path.`,
		);
	return { name, path };
}
