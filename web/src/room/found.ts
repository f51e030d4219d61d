// What a search finds, as lines that lead somewhere.
import type { Schemas } from "../api/client";
import { day, folded } from "../format";
import { href } from "../router.svelte";
import { word } from "./words";
import { t } from "./words/search";

export type Found = Schemas["SearchResult"];

/** Where a result leads: a hamlet to the page of its commune, with the hamlet marked there. */
export function whither(own: Found): string {
	if (own.kind === "plot") return href(["plots", own.id]);
	if (own.kind === "commune") return href(["communes", own.id]);
	return own.commune ? href(["communes", own.commune.code], { hamlet: own.id }) : href(["coverage"]);
}

/** The line by which people know it. */
export function nameOf(own: Found): string {
	if (own.kind === "plot") return own.code;
	return called(own.label, own.name);
}

/** Names of hamlets often begin with what they are (`Thôn Séo Chải`, `Bản Nậm Đeng`): that is not said twice. */
export function called(label: string | null | undefined, name: string | null | undefined): string {
	const units = ["thon", "ban", "to", "khu", "ap", "buon", "lang", "xom"];
	const first = folded(name ?? "").split(" ")[0] ?? "";
	const hasUnit = units.includes(first) && units.includes(folded(label ?? "").split(" ")[0] ?? "");
	return hasUnit ? (name ?? "") : [label, name].filter(Boolean).join(" ");
}

/** What tells it from others of that name. */
export function about(own: Found): string {
	if (own.kind === "plot") {
		const parts = [
			word("crop", own.crop),
			word("plot_state", own.state),
			own.commune?.name,
			day(own.detected_at),
		];
		return parts.filter(Boolean).join(" · ");
	}
	const former = called(own.former_label ?? (own.kind === "hamlet" ? own.label : null), own.former_name);
	const before = own.former_until
		? t("former.until", { name: former, day: day(own.former_until) })
		: t("former", { name: former });
	return [own.commune?.name, own.province, own.former_name ? before : ""].filter(Boolean).join(" · ");
}
