/** Base maps on this phone, and those that the province offers for its communes. */

import type { Geometry } from "geojson";
import { boundsOf } from "../map/bounds";
import { app } from "./app.svelte";
import { room } from "./core/device";
import type { Fetched, KeptPack, MapPack } from "./core/packs";
import { drop, fetchPack, isWhole, kept, MARGIN, meet, offered, openShelf } from "./core/packs";
import type { Connection } from "./core/server";

/** A pack in the list: on the phone, offered, or both. */
export interface Listed {
	pack: MapPack;
	have: number;
	/** Whether the phone has an older one of that name whole. */
	isNewer: boolean;
}

class Packs {
	#shelf: ReturnType<typeof openShelf> | null = null;
	#isWanted = false;

	offers = $state.raw<MapPack[]>([]);
	kept = $state.raw<KeptPack[]>([]);
	/** The tag of the one that is being fetched. */
	busy = $state<string | null>(null);
	fault = $state<Exclude<Fetched, "done" | "paused"> | "full" | null>(null);
	freeBytes = $state<number | null>(null);

	get whole(): KeptPack[] {
		return this.kept.filter(isWhole);
	}

	get listed(): Listed[] {
		const offers = this.offers.map((pack) => {
			const own = this.kept.find(({ tag }) => tag === pack.tag);
			const isNewer = this.whole.some(({ name, tag }) => name === pack.name && tag !== pack.tag);
			return { pack, have: own?.have ?? 0, isNewer };
		});
		const others = this.kept.filter(({ tag }) => !this.offers.some((pack) => pack.tag === tag));
		return [...others.map((pack) => ({ pack, have: pack.have, isNewer: false })), ...offers];
	}

	shelf(): ReturnType<typeof openShelf> {
		this.#shelf ??= openShelf();
		return this.#shelf;
	}

	async read(): Promise<void> {
		this.kept = await kept(await this.shelf());
		this.freeBytes = (await room()).freeBytes;
	}

	/** Asks what there is for the communes of this phone. */
	async look(): Promise<void> {
		await this.read();
		const to = await app.session?.doc<Connection>("connection");
		const packs = to && (await offered(to));
		if (packs) {
			const own = boundsOf(app.communes.map(({ geometry }) => geometry as Geometry | null));
			this.offers = packs.filter(({ bounds }) => !own || meet(bounds, own));
		}
	}

	async take(pack: MapPack): Promise<void> {
		const to = await app.session?.doc<Connection>("connection");
		if (!to || this.busy) {
			return;
		}
		await this.read();
		const have = this.kept.find(({ tag }) => tag === pack.tag)?.have ?? 0;
		if (this.freeBytes !== null && this.freeBytes < pack.bytes - have + MARGIN) {
			this.fault = "full";
			return;
		}
		this.fault = null;
		this.#isWanted = true;
		this.busy = pack.tag;
		// One page of this phone at a time.
		const work = async (lock: Lock | null): Promise<Fetched | null> =>
			lock && app.kept(async () => this.#fetch(to, pack));
		const outcome = await navigator.locks.request("map pack", { ifAvailable: true }, work);
		this.busy = null;
		this.fault =
			outcome === "done" || outcome === "paused" ? null : (outcome ?? (app.isFull ? "full" : "later"));
		await (this.fault === "changed" ? this.look() : this.read());
	}

	async #fetch(to: Connection, pack: MapPack): Promise<Fetched> {
		const told = (own: KeptPack): void => {
			this.kept = [...this.kept.filter(({ tag }) => tag !== own.tag), own];
		};
		return fetchPack(await this.shelf(), to, pack, told, () => this.#isWanted);
	}

	pause(): void {
		this.#isWanted = false;
	}

	async drop(pack: MapPack): Promise<void> {
		await drop(await this.shelf(), pack.tag);
		this.fault = null;
		await this.read();
	}
}

export const packs = new Packs();
