/** Why a regular expression cannot be used; its message goes on after "its pattern ...". */
export class PatternError extends Error {}

/** The error of one that Oniguruma takes and that is not known here. */
export function unknownHere(what: string): PatternError {
	return new PatternError(`has ${what}, which is not known here`);
}
