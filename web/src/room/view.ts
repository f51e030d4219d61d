// The address keeps where a screen's map was left.
import { address, set } from "../router.svelte";

/** What a map is given, so that the address holds its zoom and its middle. */
export const held = (): { view: string | null; onview: (view: string) => void } => ({
	view: address().query.map ?? null,
	onview: (map) => set({ map }),
});
