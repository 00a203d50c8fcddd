/** What a template did that cannot be done; the message is Python's, as far as it is short. */
export class TemplateError extends Error {}
