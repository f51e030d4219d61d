// For tests: what the server may say when it refuses, read from its sources.
import { readdirSync, readFileSync } from "node:fs";

/** A wording with `{}` for what is filled in, and the file that says it. */
export interface Wording {
	text: string;
	file: string;
}

/** Calls whose texts go out to whoever asked. */
const CALLS =
	/(?:\bRefusal::at|\.add|\.refuse|\.fault|\.detail|\.required|\brequired|\.within|\bwithin|\brefused|\bparameter|\bfault|\bbad|\brefuse|\bcannot|\bExpected|\bWrongState|\bErr|\bok_or)(?:_else)?\(/g;
const LITERAL = /"((?:[^"\\]|\\.)*)"/gs;
const HERE = new RegExp(LITERAL.source, "sy");
/** Fragments that stand after "expected" where they are told. */
const FRAGMENT = /(?:required|within|bad)\((?:[^()]|\([^()]*\))*$/;

/** A file without its comments and its own tests. */
function spoken(file: string): string {
	const whole = readFileSync(file, "utf8").split(/#\[cfg\(test\)\]\s*mod \w+ \{/)[0] ?? "";
	return whole.replace(/^\s*\/\/.*$/gm, "");
}

const plain = (literal: string) =>
	literal
		.replace(/\\\n\s*/g, "")
		.replace(/\\(["\\])/g, "$1")
		.replace(/\{[^{}]*\}/g, "{}");

/** Where the bracket that opens at a place closes; brackets in texts are none. */
function closing(text: string, open: number): number {
	let depth = 0;
	for (let at = open; at < text.length; at++) {
		const letter = text[at];
		if (letter === '"') {
			HERE.lastIndex = at;
			at += (HERE.exec(text)?.[0].length ?? 1) - 1;
		} else if (letter === "(") depth++;
		else if (letter === ")" && --depth === 0) return at;
	}
	return text.length;
}

/** Texts for logs, programmers and databases. */
const UNHEARD =
	/(?:tracing::\w+!|\.expect|unreachable!|\.internal|reason =|contains|starts_with|strip_prefix|Busy|Unavailable|ended|Differs|Damaged|Malformed|TooMuch|NoPart)\s*\(?\s*(?:format!\(\s*)?$/;
/** A wording has words of its own; those of both languages bring theirs, and Vietnamese needs none. */
const isSaid = (text: string) =>
	/[a-z}:,] [a-z\d{([]/i.test(text) &&
	/[a-z]{2}/.test(text.replaceAll("{}", "").replace(/^\w+: |expected/g, "")) &&
	!/^ | = \{\}|[A-Z]{3,} [A-Z(]|[à-ỹđ]/.test(text);

/** Errors of services become kinds of refusals; their own texts are for logs, but where the door hands them on. */
const SERVICE_ERRORS = /^(?!areas|ingest\/imports)[\w/]*\b(?:service|export|source|uploads)(?:\/|\.rs$)/;

function saidIn(root: string, file: string): Wording[] {
	const source = spoken(`${root}/${file}`);
	const found = new Set<string>();
	const take = (literal: string, before: string) => {
		const text = plain(literal);
		if (!UNHEARD.test(before) && isSaid(text))
			found.add(FRAGMENT.test(before) && !text.startsWith("expected ") ? `expected ${text}` : text);
	};
	for (const call of source.matchAll(CALLS)) {
		const open = call.index + call[0].length - 1;
		const end = closing(source, open);
		for (const one of source.slice(open, end).matchAll(LITERAL))
			take(one[1] ?? "", source.slice(call.index, open + one.index));
	}
	for (const one of source.matchAll(LITERAL)) {
		const before = source.slice(Math.max(0, one.index - 80), one.index);
		const isError = /#\[error\(\s*$/.test(before) && !SERVICE_ERRORS.test(file);
		if (isError || /(?:^|[:;,] )expected /.test(one[1] ?? "")) take(one[1] ?? "", before);
	}
	return [...found].map((text) => ({ text, file }));
}

/** Everything that the sources under these folders or files may say. */
export function wordings(root: string, unasked: readonly string[]): Wording[] {
	const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
		// Checks of the store by the command line stand beside what they check.
		(file) => file.endsWith(".rs") && !/(^|\/)(tests|verify)(\/|\.rs$)/.test(file),
	);
	return files
		.filter((file) => !unasked.some((own) => file === own || file.startsWith(`${own}/`)))
		.sort()
		.flatMap((file) => saidIn(root, file));
}

/** Every text of the sources, as the books spell it. */
export function spellings(root: string): Set<string> {
	const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
		file.endsWith(".rs"),
	);
	return new Set(
		files.flatMap((file) =>
			[...readFileSync(`${root}/${file}`, "utf8").matchAll(LITERAL)].map(([, one = ""]) => plain(one)),
		),
	);
}
