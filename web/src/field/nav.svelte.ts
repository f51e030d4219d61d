/** Where the user is in the app, with a history of it: Android's Back leads to the screen before, and out only when asked. */

export type Tab = "map" | "patrol" | "plots" | "queue" | "settings";
/** What is shown of a plot. */
export type View = "card" | "camera" | "eradicate" | "correct" | "revise" | "reinspect";

export interface Place {
	tab: Tab;
	/** The plot that is open; `new` while one is marked. */
	plot: string | null;
	view: View;
}

interface Entry {
	place: Place;
	before: Place | null;
}

const HOME: Place = { tab: "patrol", plot: null, view: "card" };
/** Below it nothing of the app is left: whoever comes there wants to leave. */
const EDGE = "edge";

const isSame = (a: Place, b: Place | null): boolean =>
	b !== null && a.tab === b.tab && a.plot === b.plot && a.view === b.view;

/** Forms that are left by a tab are there again when their tab is. */
const isForm = ({ plot, view }: Place): boolean => plot === "new" || (view !== "card" && view !== "camera");

const entryOf = (state: unknown): Entry | null =>
	state && typeof state === "object" && "place" in state ? (state as Entry) : null;

class Nav {
	place = $state.raw<Place>(HOME);
	/** Whether the user is asked if the app is to be left while it records. */
	isLeaving = $state(false);
	/** Whether leaving is to be asked about. */
	isHeld: () => boolean = () => false;
	/** Whether there is anything to go back in: nobody's screens before a PIN. */
	isOpen: () => boolean = () => false;

	#isGoing = false;
	#mayLeave = false;

	constructor() {
		addEventListener("popstate", (event) => this.#popped(event.state));
		addEventListener("beforeunload", (event) => {
			if (this.isHeld() && !this.#mayLeave) {
				event.preventDefault();
			}
		});
	}

	/** The screen before this one, if any. */
	get before(): Place | null {
		return entryOf(history.state)?.before ?? null;
	}

	/** Begins the history of a user's work. */
	begin(): void {
		this.place = HOME;
		const first: Entry = { place: HOME, before: null };
		// A page that was loaded anew stands where it stood; the edge lies below it already.
		if (entryOf(history.state)) {
			history.replaceState(first, "");
			return;
		}
		history.replaceState(EDGE, "");
		history.pushState(first, "");
	}

	go(change: Partial<Place>): void {
		const place = { ...this.place, ...change };
		if (isSame(place, this.place)) {
			return;
		}
		this.#mayLeave = false;
		history.pushState({ place, before: this.place } satisfies Entry, "");
		this.place = place;
	}

	/** Goes to a screen in place of the one that is shown: what was saved is no place to come back to. */
	replace(change: Partial<Place>): void {
		const place = { ...this.place, ...change };
		history.replaceState({ place, before: this.before } satisfies Entry, "");
		this.place = place;
	}

	/** Back to a screen: by the history where it is the one before. */
	up(change: Partial<Place>): void {
		if (!isSame({ ...this.place, ...change }, this.before)) {
			this.replace(change);
		} else if (!this.#isGoing) {
			// The screen follows when the history has moved: what is pressed meanwhile would be written over.
			this.#isGoing = true;
			history.back();
		}
	}

	/** A tab of the bottom bar; pressed again it shows its first screen. */
	tab(tab: Tab): void {
		const isAgain = tab === this.place.tab;
		const keeps = !isAgain && isForm(this.place);
		this.go({ tab, ...(keeps ? {} : { plot: null, view: "card" }) });
	}

	leave(): void {
		this.isLeaving = false;
		this.#mayLeave = true;
		history.back();
	}

	stay(): void {
		this.isLeaving = false;
	}

	#popped(state: unknown): void {
		this.#isGoing = false;
		if (!this.isOpen()) {
			return;
		}
		const entry = entryOf(state);
		if (entry) {
			this.place = entry.place;
			return;
		}
		if (this.isHeld() && !this.#mayLeave) {
			history.pushState({ place: this.place, before: null } satisfies Entry, "");
			this.isLeaving = true;
			return;
		}
		history.back();
	}
}

export const nav = new Nav();
