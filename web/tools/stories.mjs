// Tells the stories of e2e/ on the built program, one file after another; E2E narrows them by name.
//
// A browser on a busy machine can be slower than a story waits. So a file with a story that failed is told once more, from
// its beginning, when no more than two files are like that; what failed the first time is named at the end, also of a run
// that ends well. A story that fails twice fails the run.
import { readdirSync } from "node:fs";
import { join } from "node:path";
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

/** Tells the files; gives the names of the stories that failed, by file. */
async function told(files) {
	const failed = new Map();
	const stories = run({ files, concurrency: 1, testNamePatterns: process.env.E2E || undefined });
	stories.on("test:fail", ({ file, name, details, todo }) => {
		if (todo !== undefined || details.error?.failureType === "subtestsFailed") return;
		const own = files.find((path) => path === file) ?? name;
		failed.set(own, [...(failed.get(own) ?? []), name]);
	});
	stories.compose(new spec()).pipe(process.stdout);
	await new Promise((ended, broken) => stories.once("end", ended).once("error", broken));
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
	const second = await told([...first.keys()].filter((file) => all.includes(file)));
	const lost = [...first.keys()].some((file) => !all.includes(file));
	process.exitCode = second.size > 0 || lost ? 1 : 0;
	say(process.exitCode ? "failed twice" : "failed once, and not again", process.exitCode ? second : first);
}
