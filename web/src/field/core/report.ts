/** What a team leader sends by chat and prepares on paper: no coordinates, no names. */

import { vi } from "../i18n/vi";
import { clock, day, number, t } from "../i18n/words.svelte";
import type { EradicationDraft, KnownPlot } from "./plots";
import { isWaiting, stateWord } from "./standing";

/** What the phone knows of a plot that is written about. */
export interface Told {
	plot: KnownPlot;
	/** The eradication as this user recorded it. */
	done: EradicationDraft | null;
	commune: string | null;
	/** The phone's team and the unit that it belongs to, by name: never who holds the phone. */
	team: string | null;
	org: string | null;
}

const plural = (plants: number | null): string =>
	plants === null ? t("report_plants_none") : t("report_plants", { n: number(plants) });
const measured = (m2: number | null): string =>
	m2 === null ? t("report_area_none") : `${number(m2, Number.isInteger(m2) ? 0 : 1)} m²`;

/** From when until when something went on; its day once. */
function span(from: string, to: string | undefined): string {
	const end = to ?? from;
	const [first, last] = [`${clock(Date.parse(from))}`, `${clock(Date.parse(end))}`];
	return day(from) === day(end)
		? first === last
			? `${first} ${day(from)}`
			: `${first}–${last} ${day(from)}`
		: `${first} ${day(from)} – ${last} ${day(end)}`;
}

/** "Báo cáo nhanh": five lines (decision 27), of what was destroyed where something was. */
export function quickReport({ plot, done, commune, team }: Told): string {
	const [plants, area] = done ? [done.plants_destroyed, done.area_m2_destroyed] : [plot.plants, plot.area_m2];
	// What waits for its confirmation is reported, not destroyed, also where some of it still stands.
	const isSaid = plot.is_unconfirmed || isWaiting(plot);
	const what = t(done ? (isSaid ? "state_waits" : "report_destroyed") : stateWord(plot));
	const left =
		done?.completeness === "partial"
			? `; ${t("report_left", { n: done.remaining_plants === null ? "?" : number(done.remaining_plants) })}`
			: "";
	const at = done ? span(done.started_at, done.ended_at) : span(plot.detected_at, undefined);
	return [
		t("report_title", { code: plot.code }),
		t("report_where", { commune: commune ?? t("report_commune_none"), team: team ?? t("report_team_none") }),
		t("report_crop", { crop: t(`crop_${plot.crop}`) }),
		t("report_what", { what: `${what}: ${plural(plants)}, ${measured(area)}${left}` }),
		t("report_at", { at }),
	].join("\n");
}

const blank = "……………………";
/** Legible on the phone, and on the sheet that is printed of it. */
const PAPER =
	"body{font:1rem/1.4 serif;margin:1rem;color:#000;background:#fff}h1,h2{font-size:1rem;text-align:center}h1{font-size:1.2rem}" +
	"table{border-collapse:collapse;width:100%}th,td{border:1px solid;padding:.4rem;text-align:left;vertical-align:top}th{font-weight:normal;width:45%}";

/** "Biên bản nháp" (B11): what is known is filled in, names stay blank. A form of the law: Vietnamese in every language of the app. */
export function draftMinutes({ plot, done, commune, org }: Told): string {
	const rows: [string, string][] = [
		["Mã điểm trồng", plot.code],
		["Xã, phường", commune ?? blank],
		["Thôn, bản", blank],
		["Thời gian", done ? span(done.started_at, done.ended_at) : blank],
		["Loại cây", vi[`crop_${plot.crop}`]],
		["Số cây đã phá nhổ", done?.plants_destroyed?.toLocaleString("vi-VN") ?? blank],
		["Diện tích đã phá nhổ (m²)", done?.area_m2_destroyed?.toLocaleString("vi-VN") ?? blank],
		[
			"Số mẫu, số niêm phong",
			done?.samples.map(({ number, seal }) => `${number} / ${seal}`).join("; ") || blank,
		],
		...(done?.release
			? [["Văn bản cho phép phá nhổ", `${done.release.agency}, ${done.release.document}`] as [string, string]]
			: []),
		...(done?.completeness === "partial"
			? [["Số cây còn lại", done.remaining_plants?.toLocaleString("vi-VN") ?? blank] as [string, string]]
			: []),
		["Đơn vị chủ trì", org ?? blank],
		["Thành phần tham gia (ghi tay)", blank],
		["Người chứng kiến (ghi tay)", blank],
		["Người lập biên bản (ký)", blank],
	];
	const cells = rows
		.map(([name, value]) => `<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>`)
		.join("");
	return (
		'<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
		`<title>Biên bản nháp</title><style>${PAPER}</style>` +
		"<h2>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM<br>Độc lập - Tự do - Hạnh phúc</h2>" +
		`<h1>BIÊN BẢN PHÁ NHỔ (BẢN NHÁP)</h1><table>${cells}</table></html>`
	);
}

function escaped(text: string): string {
	return text.replace(
		/[&<>"]/g,
		(sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign,
	);
}
