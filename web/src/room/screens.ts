// The screens of the map room by the first part of their address, each in a chunk of its own, with the right that
// shows it in the menu. What a reader may see on it the server decides.
import type { Component } from "svelte";
import { may, type Right } from "../session.svelte";
import type { IconName } from "../ui/Icon.svelte";
import type { t } from "./words";

type Key = Parameters<typeof t>[0];
export type Group = "province" | "work" | "keeping";

export interface Screen {
	id: string;
	label: Key;
	icon: IconName;
	group: Group;
	/** The right, or rights any of which shows it. */
	right: Right | Right[];
	/** Rights that show it besides to whoever comes by a link. */
	linked?: Right[];
	/** Reached from other screens only, not from the menu. */
	hidden?: boolean;
	load: () => Promise<{ default: Component }>;
}

export const screens: Screen[] = [
	{
		id: "overview",
		label: "nav.overview",
		icon: "overview",
		group: "province",
		right: "read_coverage",
		load: () => import("./screens/Overview.svelte"),
	},
	{
		id: "coverage",
		label: "nav.coverage",
		icon: "coverage",
		group: "province",
		right: "read_coverage",
		load: () => import("./screens/Coverage.svelte"),
	},
	{
		id: "density",
		label: "nav.density",
		icon: "density",
		group: "province",
		right: "read_coarse_density",
		load: () => import("./screens/Density.svelte"),
	},
	{
		id: "ledger",
		label: "nav.ledger",
		icon: "ledger",
		group: "province",
		right: "read_plots",
		load: () => import("./screens/Ledger.svelte"),
	},
	{
		id: "communes",
		label: "commune",
		icon: "coverage",
		group: "province",
		right: "read_coverage",
		hidden: true,
		load: () => import("./screens/Communes.svelte"),
	},
	{
		id: "plots",
		label: "nav.plots",
		icon: "plot",
		group: "work",
		right: "read_plots",
		load: () => import("./screens/Plots.svelte"),
	},
	{
		id: "review",
		label: "nav.review",
		icon: "review",
		group: "work",
		// Who records is asked as well, and answers there.
		right: ["validate_patrols", "record_photos", "record_patrols"],
		// Questions about what they read lead here.
		linked: ["read_photos", "read_patrols"],
		load: () => import("./screens/Review.svelte"),
	},
	{
		id: "patrols",
		label: "nav.patrols",
		icon: "patrol",
		group: "work",
		right: "read_patrols",
		load: () => import("./screens/Patrols.svelte"),
	},
	{
		id: "incidents",
		label: "nav.incidents",
		icon: "incident",
		group: "work",
		right: "read_plots",
		load: () => import("./screens/Incidents.svelte"),
	},
	{
		id: "live",
		label: "nav.live",
		icon: "live",
		group: "work",
		right: "watch_live",
		load: () => import("./screens/Live.svelte"),
	},
	{
		id: "papers",
		label: "nav.papers",
		icon: "paper",
		group: "work",
		right: "read_plots",
		load: () => import("./screens/Papers.svelte"),
	},
	{
		id: "reports",
		label: "nav.reports",
		icon: "report",
		group: "work",
		right: "read_coverage",
		load: () => import("./screens/Reports.svelte"),
	},
	{
		id: "exports",
		label: "nav.exports",
		icon: "download",
		group: "work",
		right: "read_communes",
		load: () => import("./screens/Exports.svelte"),
	},
	{
		id: "imports",
		label: "nav.imports",
		icon: "upload",
		group: "keeping",
		right: ["revise_plots", "import_boundaries", "change_risk_areas"],
		load: () => import("./screens/Imports.svelte"),
	},
	{
		id: "devices",
		label: "nav.devices",
		icon: "device",
		group: "keeping",
		right: "enrol_devices",
		load: () => import("./screens/Devices.svelte"),
	},
	{
		id: "accounts",
		label: "nav.accounts",
		icon: "account",
		group: "keeping",
		right: "manage_identity",
		load: () => import("./screens/Accounts.svelte"),
	},
	{
		id: "log",
		label: "nav.log",
		icon: "log",
		group: "keeping",
		right: "read_journal",
		load: () => import("./screens/Log.svelte"),
	},
];

/** The screens that the reader may open. */
export const open = (): Screen[] =>
	screens.filter((screen) => !screen.hidden && [screen.right].flat().some(may));

/** Whether nothing on a screen is for the reader: the server would refuse each part of it. */
export const isClosed = ({ right, linked = [] }: Screen): boolean => ![right, linked].flat().some(may);
