/** What only the phone itself can do, in one place, so that a native shell can take its place later. */

import type { Fix } from "./track";

export type PositionFault = "denied" | "unavailable" | "timeout" | "unsupported";

const number = (value: number | null | undefined): number | null =>
	typeof value === "number" && Number.isFinite(value) ? value : null;

const rounded = (value: number | null, step: number): number | null =>
	value === null ? null : Math.round(value / step) * step;

/** A reading with the precision that the server keeps. */
export function fixOf(position: GeolocationPosition): Fix {
	const { coords, timestamp } = position;
	return {
		t: new Date(timestamp).toISOString(),
		lon: Number(coords.longitude.toFixed(7)),
		lat: Number(coords.latitude.toFixed(7)),
		accuracy_m: tidy(rounded(number(coords.accuracy), 0.1)),
		altitude_m: tidy(rounded(number(coords.altitude), 0.1)),
		speed_mps: tidy(rounded(number(coords.speed), 0.01)),
		bearing_deg: tidy(rounded(number(coords.heading), 0.1)),
	};
}

const tidy = (value: number | null): number | null => (value === null ? null : Number(value.toFixed(2)));

const FAULTS: Record<number, PositionFault> = { 1: "denied", 2: "unavailable", 3: "timeout" };

/** Follows the receiver until the returned function is called. */
export function watch(take: (fix: Fix) => void, fault: (why: PositionFault) => void): () => void {
	if (!("geolocation" in navigator)) {
		fault("unsupported");
		return () => undefined;
	}
	const id = navigator.geolocation.watchPosition(
		(position) => take(fixOf(position)),
		(error) => fault(FAULTS[error.code] ?? "unavailable"),
		{ enableHighAccuracy: true, maximumAge: 0, timeout: 30_000 },
	);
	return () => navigator.geolocation.clearWatch(id);
}

/** Keeps the screen on while it is held; taken again whenever the page is shown. */
export class ScreenLock {
	#lock: WakeLockSentinel | null = null;
	#wanted = false;

	constructor(readonly told: (held: boolean) => void) {
		document.addEventListener("visibilitychange", () => {
			if (this.#wanted && document.visibilityState === "visible") {
				void this.#take();
			}
		});
	}

	async hold(): Promise<void> {
		this.#wanted = true;
		await this.#take();
	}

	async release(): Promise<void> {
		this.#wanted = false;
		await this.#lock?.release();
		this.#lock = null;
		this.told(false);
	}

	async #take(): Promise<void> {
		try {
			this.#lock = await navigator.wakeLock.request("screen");
			this.#lock.addEventListener("release", () => this.told(false));
			this.told(true);
		} catch {
			this.told(false);
		}
	}
}

export interface Room {
	/** Bytes that are left for this app; null where the browser does not say. */
	freeBytes: number | null;
	/** Whether the browser promised not to clear it. */
	isPersistent: boolean;
}

export async function room(): Promise<Room> {
	const storage = navigator.storage;
	if (!storage?.estimate) {
		return { freeBytes: null, isPersistent: false };
	}
	const { quota, usage } = await storage.estimate();
	const isPersistent = (await storage.persisted?.()) ?? false;
	return { freeBytes: quota === undefined ? null : quota - (usage ?? 0), isPersistent };
}

export async function askToPersist(): Promise<boolean> {
	return (await navigator.storage?.persist?.()) ?? false;
}

/** How long the app may take to come whole: 600 kB on a link of 16 kB/s, twice over. */
const KEPT_WITHIN_MS = 80_000;

/** Whether the app opens without a network from now on; waits while it is still being fetched. */
export async function isAppKept(): Promise<boolean> {
	const ready = navigator.serviceWorker?.ready.then((registration) => registration.active !== null);
	const late = new Promise<boolean>((done) => setTimeout(done, KEPT_WITHIN_MS, false));
	return (await Promise.race([ready ?? false, late])) ?? false;
}

interface Waking {
	sync?: { register: (tag: string) => Promise<void> };
}

/** Asks the browser to wake this page when there is a network again, where it can (Background Sync). */
export function askToBeWoken(): void {
	void navigator.serviceWorker?.ready
		.then((registration) => (registration as Waking).sync?.register("queue"))
		.catch(() => undefined);
}

interface Battery {
	level: number;
	charging: boolean;
}

export async function battery(): Promise<Battery | null> {
	const ask = (navigator as Navigator & { getBattery?: () => Promise<Battery> }).getBattery;
	try {
		return ask ? await ask.call(navigator) : null;
	} catch {
		return null;
	}
}

interface Link {
	type?: string;
	saveData?: boolean;
}

/** Whether the link is known to be one that costs nothing; unknown counts as not. */
export function isOnWifi(): boolean {
	const link = (navigator as Navigator & { connection?: Link }).connection;
	return link?.type === "wifi" || link?.type === "ethernet";
}

export function saysLink(): boolean {
	return (navigator as Navigator & { connection?: Link }).connection?.type !== undefined;
}

/** Direction in which the back camera looks, degrees from north; null until the compass speaks. */
export class Compass {
	#heading: number | null = null;
	readonly #listen = (event: DeviceOrientationEvent): void => {
		const webkit = (event as DeviceOrientationEvent & { webkitCompassHeading?: number }).webkitCompassHeading;
		if (typeof webkit === "number") {
			this.#heading = webkit;
		} else if (event.absolute && event.alpha !== null) {
			this.#heading = (360 - event.alpha) % 360;
		}
	};

	start(): void {
		addEventListener("deviceorientationabsolute", this.#listen as EventListener);
		addEventListener("deviceorientation", this.#listen as EventListener);
	}

	stop(): void {
		removeEventListener("deviceorientationabsolute", this.#listen as EventListener);
		removeEventListener("deviceorientation", this.#listen as EventListener);
	}

	get heading(): number | null {
		return this.#heading;
	}
}

/** The phone's camera; `shoot` gives JPEG bytes as the sensor made them where the browser can. */
export class Camera {
	#stream: MediaStream | null = null;

	async start(video: HTMLVideoElement): Promise<void> {
		this.#stream = await navigator.mediaDevices.getUserMedia({
			audio: false,
			video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1440 } },
		});
		video.srcObject = this.#stream;
		await video.play();
	}

	stop(): void {
		for (const track of this.#stream?.getTracks() ?? []) {
			track.stop();
		}
		this.#stream = null;
	}

	async shoot(video: HTMLVideoElement): Promise<Blob> {
		const track = this.#stream?.getVideoTracks()[0];
		if (!track) {
			throw new Error("the camera is not on");
		}
		const taken = await photographed(track);
		return taken ?? drawn(video);
	}
}

interface StillCamera {
	takePhoto: () => Promise<Blob>;
}

async function photographed(track: MediaStreamTrack): Promise<Blob | null> {
	const Still = (globalThis as { ImageCapture?: new (track: MediaStreamTrack) => StillCamera }).ImageCapture;
	if (!Still) {
		return null;
	}
	try {
		const blob = await new Still(track).takePhoto();
		return blob.type === "image/jpeg" ? blob : null;
	} catch {
		return null;
	}
}

async function drawn(video: HTMLVideoElement): Promise<Blob> {
	const canvas = document.createElement("canvas");
	canvas.width = video.videoWidth;
	canvas.height = video.videoHeight;
	canvas.getContext("2d")?.drawImage(video, 0, 0);
	return new Promise((resolve, reject) => {
		canvas.toBlob(
			(blob) => (blob ? resolve(blob) : reject(new Error("the camera gave no picture"))),
			"image/jpeg",
			0.9,
		);
	});
}
