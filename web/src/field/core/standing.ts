/** Where a plot stands: what is over, what was counted, what is missing. */

import type { Key } from "../i18n/vi";
import type { EradicationDraft, KnownPlot } from "./plots";

/** States in which nothing of a plot is left to keep as a scene. */
const OVER: readonly string[] = [
	"eradicated",
	"clear",
	"not_found",
	"rejected",
	"merged",
	"gone",
	"referred",
	"retracted",
];

/** What the server may miss before a plot counts as destroyed, as the phone has words for it. */
export const SERVER_MISSING = [
	"confirmation",
	"verification",
	"minutes",
	"samples",
	"photos_before",
	"photos_close_up",
	"photos_after",
	"photos_at_the_work",
	"time_order",
] as const;

/** Cannabis is neither destroyed nor counted before another organisation has verified it: fibre hemp looks like it. */
export const isUnverified = (plot: KnownPlot): boolean =>
	plot.crop === "cannabis" &&
	(plot.state === "reported" || plot.state === "detected" || (plot.missing ?? []).includes("verification"));

/** Whether there is still something to be done at a plot. */
export const isOpen = (plot: KnownPlot): boolean => !OVER.includes(plot.state);

/** The most plants that were ever counted of a plot: who writes down fewer as destroyed finds no smaller plot. */
export function mostCounted(
	plot: KnownPlot,
	destroyed: number | null = null,
	remaining: number | null = null,
): number {
	return Math.max(plot.plants ?? 0, plot.most_plants ?? 0, (destroyed ?? 0) + (remaining ?? 0));
}

/** Whether the last thing done at a plot was to destroy it: pictures show that work, unless another is begun. */
export const isWorked = (known: KnownPlot): boolean =>
	known.state === "eradicated" || known.state === "eradicating";

/** Whether a plot is reported as destroyed and does not count as such yet: somebody's word or something else is missing. */
export const isWaiting = (plot: KnownPlot): boolean =>
	isWorked(plot) &&
	(plot.state === "eradicated" || plot.is_whole === true) &&
	(plot.is_unconfirmed === true || (plot.missing ?? []).length > 0);

/** The words of a plot's state. */
export const stateWord = (plot: KnownPlot): Key =>
	isWaiting(plot) ? "state_waits" : (`state_${plot.state}` as Key);

/** Whether the work at a plot had its samples or its release; of others' work the server's word stands. */
export const isReleased = (plot: KnownPlot, done: EradicationDraft | null): boolean =>
	isWorked(plot) &&
	(done
		? done.samples.length > 0 || done.release !== null
		: plot.missing !== undefined && !plot.missing.includes("samples"));

/** What people call a plot until the server has named it: the last six digits of its id. */
export function shortCode(id: string): string {
	return id.replaceAll("-", "").slice(-6).toUpperCase();
}
