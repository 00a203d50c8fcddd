import { grouped, text } from "../src/core/option.js";
import type { BuildOptions } from "../src/options/build.js";
import { readBuildConfig } from "../src/options/build-config.js";

/** The option that names a file with options of a build. */
export const config = grouped("Sources", {
	config: text({
		placeholder: "file",
		help: "a YAML or JSON file with options, and with several sources: see seqpack init",
		defaultText: "none",
	}),
});

/** The options of a command line, and those of a file that it does not give. */
export async function withConfig(
	config: string | undefined,
	{ inputs = [], ...given }: BuildOptions,
): Promise<BuildOptions> {
	const own = inputs.length > 0 ? { ...given, inputs } : given;
	if (config === undefined) return own;
	return { ...(await readBuildConfig(config)), ...own };
}
