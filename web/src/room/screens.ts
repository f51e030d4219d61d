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
	right: Right;
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
];

/** The screens that the reader may open. */
export const open = (): Screen[] => screens.filter((screen) => may(screen.right));
