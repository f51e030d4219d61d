import { describe, expect, it } from "vitest";
import { about, called, type Found, nameOf, whither } from "./found";

const commune = {
	kind: "commune",
	id: "02683",
	code: "02683",
	name: "Bát Xát",
	label: "xã",
	province: "Tỉnh Lào Cai",
	former_name: "Bản Qua",
	former_label: "xã",
	former_until: "2025-06-30",
} as Found;

describe("what a search finds", () => {
	it("leads a commune to its page, and says what it was called before", () => {
		expect(whither(commune)).toBe("#/communes/02683");
		expect(nameOf(commune)).toBe("xã Bát Xát");
		expect(about(commune)).toBe("Tỉnh Lào Cai · trước là xã Bản Qua, đến 30/06/2025");
	});
	it("leads a hamlet to its commune, where it is marked", () => {
		const hamlet = {
			kind: "hamlet",
			id: "02683-7",
			code: "02683-7",
			name: "Coc Mỳ",
			label: "thôn",
			commune: { code: "02683", name: "Bát Xát" },
		} as Found;
		expect(whither(hamlet)).toBe("#/communes/02683?hamlet=02683-7");
		expect(about(hamlet)).toBe("Bát Xát");
	});
	it("does not say twice what a hamlet is", () => {
		expect(called("thôn", "Thôn Séo Chải")).toBe("Thôn Séo Chải");
		expect(called("thôn", "Bản Nậm Đeng")).toBe("Bản Nậm Đeng");
		expect(called("thôn", "Séo Chải")).toBe("thôn Séo Chải");
		expect(called("xã", "Bản Qua")).toBe("xã Bản Qua");
	});
	it("tells a plot by its crop, state, commune and day", () => {
		const plot = {
			kind: "plot",
			id: "0190a000-0000-7000-8000-00000000ab12",
			code: "00AB12",
			crop: "opium_poppy",
			state: "eradicated",
			detected_at: "2026-02-26T08:40:00+07:00",
			commune: { code: "02683", name: "Bát Xát" },
		} as Found;
		expect(whither(plot)).toBe("#/plots/0190a000-0000-7000-8000-00000000ab12");
		expect(about(plot)).toBe("Cây thuốc phiện · Đã phá nhổ · Bát Xát · 26/02/2026");
	});
});
