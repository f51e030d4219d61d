// Tells the stories of e2e/ on the built program, one file after another; E2E narrows them by name.
//
// A browser on a busy machine can be slower than a story waits. So a file with a story that failed is told once more, from
// its beginning, when no more than two files are like that; what failed the first time is named at the end, also of a run
// that ends well. A story that fails twice fails the run.
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const MOST_AGAIN = 2;
const folders = ["e2e", "e2e/room", "e2e/field"];
const all = folders.flatMap((folder) =>
	readdirSync(folder)
		.filter((name) => name.endsWith(".test.mjs"))
		.sort()
		.map((name) => join(process.cwd(), folder, name)),
);

/** What a run of one file says at its end: what all of them came to is told once. */
const SUM = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /;

/**
 * Tells the files, each by a run of its own: a story may be declared by a module that many files share, so its place does
 * not tell whose it is. Gives the names of the stories that failed, by file.
 */
async function told(files) {
	const failed = new Map();
	const events = new PassThrough({ objectMode: true });
	const printed = events.compose(new spec());
	printed.pipe(process.stdout, { end: false });
	let passed = 0;
	for (const file of files) {
		for await (const event of run({ files: [file], testNamePatterns: process.env.E2E || undefined })) {
			const { name, details, todo, skip } = event.data ?? {};
			const isSuite = details?.type === "suite" || details?.error?.failureType === "subtestsFailed";
			if (event.type === "test:fail" && !isSuite && todo === undefined)
				failed.set(file, [...(failed.get(file) ?? []), name]);
			if (event.type === "test:pass" && !isSuite && skip === undefined) passed += 1;
			const isSum = event.type === "test:summary" || SUM.test(event.data?.message ?? "");
			if (!isSum) events.write(event);
		}
	}
	events.end();
	await once(printed, "end");
	if (passed === 0 && failed.size === 0) throw new Error("no story was told: E2E names none");
	console.log(`\n${passed} stories passed, ${[...failed.values()].flat().length} failed`);
	return failed;
}

const say = (title, failed) => {
	console.log(`\n${title}`);
	for (const [file, names] of failed) console.log(`  ${file}: ${names.join(" | ")}`);
};

const first = await told(all);
if (first.size > MOST_AGAIN) {
	say("failed", first);
	process.exitCode = 1;
} else if (first.size > 0) {
	say("failed, and are told once more", first);
	const second = await told([...first.keys()]);
	process.exitCode = second.size > 0 ? 1 : 0;
	say(second.size > 0 ? "failed twice" : "failed once, and not again", second.size > 0 ? second : first);
}
