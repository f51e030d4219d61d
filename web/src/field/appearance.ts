/** Large text and night colours, kept on this phone. */

type Switch = "large" | "night";

const key = (name: Switch): string => `tuantra ${name}`;

export const appearance = {
	is(name: Switch): boolean {
		return localStorage.getItem(key(name)) === "1";
	},
	set(name: Switch, on: boolean): void {
		localStorage.setItem(key(name), on ? "1" : "0");
		this.apply();
	},
	apply(): void {
		for (const name of ["large", "night"] as const) {
			document.documentElement.toggleAttribute(`data-${name}`, this.is(name));
		}
	},
};
