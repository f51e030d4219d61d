/** What a team leader sends by chat and prepares on paper: no coordinates, no names. */

import type { EradicationDraft, KnownPlot } from "./plots";

export interface ReportWords {
	crop: string;
	state: string;
	commune: string | null;
	team: string;
	at: string;
}

/** "Báo cáo nhanh": five lines (decision 27). */
export function quickReport(plot: KnownPlot, area: string, plants: string, words: ReportWords): string {
	return [
		`BÁO CÁO NHANH – điểm ${plot.code}`,
		`Địa bàn: ${words.commune ?? "chưa rõ xã"}; tổ: ${words.team}`,
		`Loại cây: ${words.crop}; ${plants}; ${area}`,
		`Đã làm: ${words.state}`,
		`Lúc ${words.at}. Chi tiết và ảnh đã ghi trên hệ thống.`,
	].join("\n");
}

const blank = "……………………";

/** "Biên bản nháp" (B11): what is known is filled in, names stay blank. */
export function draftMinutes(plot: KnownPlot, done: EradicationDraft | null, words: ReportWords): string {
	const rows: [string, string][] = [
		["Mã điểm trồng", plot.code],
		["Xã, phường", words.commune ?? blank],
		["Thôn, bản", blank],
		["Thời gian", words.at],
		["Loại cây", words.crop],
		["Số cây đã phá nhổ", done?.plants_destroyed?.toLocaleString("vi-VN") ?? blank],
		["Diện tích đã phá nhổ (m²)", done?.area_m2_destroyed?.toLocaleString("vi-VN") ?? blank],
		[
			"Số mẫu, số niêm phong",
			done?.samples.map(({ number, seal }) => `${number} / ${seal}`).join("; ") || blank,
		],
		["Đơn vị chủ trì", words.team],
		["Thành phần tham gia (ghi tay)", blank],
		["Người chứng kiến (ghi tay)", blank],
		["Người lập biên bản (ký)", blank],
	];
	const cells = rows
		.map(([name, value]) => `<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>`)
		.join("");
	return (
		'<!doctype html><html lang="vi"><meta charset="utf-8"><title>Biên bản nháp</title>' +
		'<h2 style="text-align:center">CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM<br>Độc lập - Tự do - Hạnh phúc</h2>' +
		'<h1 style="text-align:center">BIÊN BẢN PHÁ NHỔ (BẢN NHÁP)</h1>' +
		`<table border="1" cellpadding="6" style="border-collapse:collapse;width:100%">${cells}</table></html>`
	);
}

function escaped(text: string): string {
	return text.replace(
		/[&<>"]/g,
		(sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign,
	);
}
