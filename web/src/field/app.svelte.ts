/** The field app's state: who is at work, what is recorded, what waits. */

import { fetchRecipient } from "./core/bundle";
import type { GradeRules } from "./core/checklist";
import { FIRST_RULES } from "./core/checklist";
import type { PositionFault } from "./core/device";
import { askToBeWoken, askToPersist, isAppKept, isOnWifi, ScreenLock, watch } from "./core/device";
import type { Aim, Moment, Shot } from "./core/evidence";
import { keepShot, refill, shotsKey } from "./core/evidence";
import type { Spent } from "./core/handover";
import type { Limits } from "./core/limits";
import { FIRST_LIMITS } from "./core/limits";
import type { Plan, Under } from "./core/patrol";
import * as recording from "./core/patrol";
import type { KnownPlot } from "./core/plots";
import type { Me, Step } from "./core/prepare";
import * as preparing from "./core/prepare";
import { previewOf } from "./core/preview";
import type { Handed } from "./core/profiles";
import type { Question } from "./core/questions";
import { openQuestions, takeQuestions } from "./core/questions";
import type { Task } from "./core/returns";
import { tasksOf } from "./core/returns";
import type { Connection } from "./core/server";
import { call } from "./core/server";
import type { Session } from "./core/session";
import { draftKey } from "./core/session";
import { publicJwk } from "./core/sign";
import type { Db, Item, Profile } from "./core/store";
import { isStorageFault, openStore } from "./core/store";
import type { Outcome } from "./core/sync";
import { round } from "./core/sync";
import type { Fix, Walk } from "./core/track";
import { emptyWalk, freshFix, take } from "./core/track";
import type { Visit } from "./core/visits";
import { openVisits, takeVisits } from "./core/visits";
import { nav } from "./nav.svelte";
import { updates } from "./updates.svelte";

export type Stage = "loading" | "enrol" | "pin" | "unlock" | "ready";

const SYNC_EVERY_MS = 30_000;
const LEARN_EVERY_MS = 5 * 60_000;
/** A receiver that was silent for so long is asked again: some tell nothing while the phone lies still. */
const ASK_AFTER_MS = 20_000;

interface Settings {
	wifiOnly: boolean;
	account: string | null;
}

class FieldApp {
	stage = $state<Stage>("loading");
	profiles = $state.raw<Profile[]>([]);
	given = $state.raw<Handed | null>(null);
	/** What other apps of this phone were given with the code that enrolled it: in memory until they are set up. */
	handed = $state.raw<Spent | null>(null);
	session = $state.raw<Session | null>(null);
	me = $state.raw<Me | null>(null);

	#hasLink = $state(navigator.onLine);
	outcome = $state<Outcome | null>(null);
	isSyncing = $state(false);
	items = $state.raw<Item[]>([]);
	settings = $state<Settings>({ wifiOnly: false, account: null });
	steps = $state<Partial<Record<Step, boolean>>>({});
	nonces = $state(0);
	keyCode = $state<string | null>(null);
	isKeyConfirmed = $state(false);
	skewMs = $state<number | null>(null);

	now = $state(Date.now());
	/** The last reading, however old. */
	fix = $state.raw<Fix | null>(null);
	/** Where the phone is now; none once the last reading is too old to say so. */
	here = $derived(freshFix(this.fix, this.now));
	fault = $state<PositionFault | null>(null);
	isScreenHeld = $state(false);
	/** Whether a plot's form lies unfinished. */
	hasPlotDraft = $state(false);
	/** The phone has no room for what was last to be kept; gone as soon as something is kept again. */
	isFull = $state(false);

	patrol = $state.raw<Under | null>(null);
	walk = $state.raw<Walk>(emptyWalk());
	unfinished = $state.raw<Under | null>(null);
	plots = $state.raw<KnownPlot[]>([]);
	/** The team and the unit whose phone it is, once the server has named them. */
	named = $state.raw<preparing.Named>({ team: null, org: null });
	/** What was sent back to this unit for completing. */
	tasks = $state.raw<Task[]>([]);
	/** Drawn plots that this unit is to look at. */
	visits = $state.raw<Visit[]>([]);
	/** What this phone's unit is asked and has not answered, as far as the server was heard. */
	questions = $state.raw<Question[]>([]);
	/** What grades are predicted by. */
	rules = $state.raw<GradeRules>(FIRST_RULES);
	limits = $state.raw<Limits>(FIRST_LIMITS);
	communes = $state.raw<preparing.Drawn[]>([]);
	risk = $state.raw<preparing.Drawn[]>([]);

	#db: Db | null = null;
	#screen = new ScreenLock((held) => {
		this.isScreenHeld = held;
	});
	#stopWatching: (() => void) | null = null;
	#askedAt = 0;
	#isInterrupted = false;
	#lastKept = "";
	/** Fixes that the phone had no room for yet. */
	#unkept: { patrol: string; fix: Fix; interrupted: boolean }[] = [];
	#keeping: Promise<void> = Promise.resolve();
	#again = false;
	#running: Promise<void> = Promise.resolve();
	#learnedAt = 0;

	get db(): Db {
		if (!this.#db) {
			throw new Error("the store is not open");
		}
		return this.#db;
	}

	/** Whether the server can be reached: a link alone says little in the mountains. */
	get isOnline(): boolean {
		return this.#hasLink && this.outcome !== "unreachable";
	}

	get waiting(): number {
		return this.items.filter((item) => item.state === "waiting" || item.state === "sending" || isUnsent(item))
			.length;
	}

	/** What the server does not take as it is: nothing more goes by itself. */
	get refused(): number {
		return this.items.filter(isRefused).length;
	}

	async open(given: Handed | null): Promise<void> {
		this.#db = await openStore();
		this.profiles = await this.#db.getAll("profiles");
		this.given = given;
		this.stage = given ? "pin" : this.profiles.length > 0 ? "unlock" : "enrol";
		setInterval(() => {
			this.now = Date.now();
			this.#askAgain();
		}, 1_000);
		nav.isOpen = () => this.stage === "ready";
		nav.isHeld = () => this.patrol !== null;
		setInterval(() => void this.sync(), SYNC_EVERY_MS);
		addEventListener("online", () => {
			this.#hasLink = true;
			void this.sync(true);
		});
		addEventListener("offline", () => {
			this.#hasLink = false;
		});
		document.addEventListener("visibilitychange", () => this.#seen());
	}

	/** A user's work begins: what the phone holds is read; an unfinished patrol is offered, not assumed. */
	async begin(session: Session): Promise<void> {
		this.session = session;
		this.me = await session.doc<Me>("me");
		this.settings = (await session.doc<Settings>("settings")) ?? { wifiOnly: false, account: null };
		this.keyCode = await session.doc<string>("key_code");
		this.isKeyConfirmed = (await session.doc<boolean>("key_confirmed")) ?? false;
		await preparing.wipeStale(session, Date.now());
		this.steps = (await session.doc<Partial<Record<Step, boolean>>>("steps")) ?? {};
		this.communes = (await session.doc<preparing.Drawn[]>("communes")) ?? [];
		this.risk = (await session.doc<preparing.Drawn[]>("risk")) ?? [];
		const left = await recording.resumed(session);
		if (left) {
			this.unfinished = left.patrol;
			this.walk = left.walk;
		}
		await this.#announceKey(session);
		await this.reread();
		nav.begin();
		this.stage = "ready";
		this.#watch();
		void askToPersist();
		void this.sync();
	}

	lock(): void {
		if (this.patrol) {
			return;
		}
		this.#learnedAt = 0;
		this.handed = null;
		this.#stopWatching?.();
		this.#stopWatching = null;
		this.session = null;
		this.me = null;
		this.steps = {};
		this.communes = [];
		this.risk = [];
		this.fix = null;
		this.hasPlotDraft = false;
		this.items = [];
		this.plots = [];
		this.tasks = [];
		this.visits = [];
		this.questions = [];
		this.walk = emptyWalk();
		this.unfinished = null;
		this.stage = "unlock";
	}

	/** Does what writes; where the phone has no room it says so, and its caller still holds what it had. */
	async kept<T>(work: () => Promise<T>): Promise<T | null> {
		try {
			const done = await work();
			this.isFull = false;
			return done;
		} catch (error) {
			if (!isStorageFault(error)) {
				throw error;
			}
			this.isFull = true;
			return null;
		}
	}

	async keepSettings(change: Partial<Settings>): Promise<void> {
		this.settings = { ...this.settings, ...change };
		await this.session?.keep("settings", $state.snapshot(this.settings));
	}

	async reread(): Promise<void> {
		const session = this.session;
		if (!session) {
			return;
		}
		this.items = await session.items();
		const ids = new Set((await session.doc<string[]>("plots")) ?? []);
		for (const item of this.items) {
			if (item.kind === "plot") {
				ids.add(item.target);
			}
		}
		const plots = await Promise.all([...ids].map((id) => session.doc<KnownPlot>(`plot ${id}`)));
		this.plots = plots.filter((plot) => plot !== null);
		this.tasks = await tasksOf(session, this.plots, this.items, this.me?.org ?? null);
		this.visits = await openVisits(session, this.items);
		this.nonces = (await session.doc<{ nonces: string[] }>("nonces"))?.nonces.length ?? 0;
		this.skewMs = await session.doc<number>("skew_ms");
		this.hasPlotDraft = (await session.doc(draftKey("plot"))) !== null;
		this.questions = await openQuestions(session);
		this.rules = (await session.doc<GradeRules>("grade_rules")) ?? FIRST_RULES;
		this.limits = (await session.doc<Limits>("limits")) ?? FIRST_LIMITS;
		this.named = await preparing.namesIn(session);
	}

	/** The queue goes out, one round at a time. */
	async sync(isAtOnce = false): Promise<void> {
		const session = this.session;
		if (!session || !navigator.onLine) {
			return;
		}
		if (isAtOnce) {
			this.#learnedAt = 0;
			await hurry(session);
		}
		if (this.isSyncing) {
			this.#again = true;
			return this.#running;
		}
		this.isSyncing = true;
		this.#running = this.#once(session);
		await this.#running;
		if (this.waiting > 0) {
			askToBeWoken();
		}
		if (this.#again) {
			this.#again = false;
			void this.sync();
		}
	}

	/** A secret that takes the place of this app's own as soon as it opens the door. */
	async expectSecret(token: string): Promise<void> {
		await this.session?.keep("next_token", token);
		this.#learnedAt = 0;
	}

	async #once(session: Session): Promise<void> {
		try {
			await navigator.locks.request(`sync ${session.profile.id}`, async () => {
				await this.kept(() => this.#round(session));
			});
		} finally {
			this.isSyncing = false;
			await this.reread();
		}
	}

	/** The newer of two secrets, where the server takes it by now. */
	async #connection(session: Session): Promise<Connection | null> {
		const to = await session.doc<Connection>("connection");
		const token = to && (await session.doc<string>("next_token"));
		if (!token) {
			return to;
		}
		const next = { ...to, token };
		const me = await preparing.whoAmI(next);
		if (me === null || typeof me === "number") {
			return to;
		}
		await session.keep("connection", next);
		await session.forget("next_token");
		return next;
	}

	async #round(session: Session): Promise<void> {
		const to = await this.#connection(session);
		if (!to) {
			return;
		}
		if (this.patrol) {
			await recording.pack(session, this.patrol.id, false);
		}
		this.outcome = await round(session, to, {
			originals: () => !this.settings.wifiOnly || isOnWifi(),
			preview: previewOf,
			take: async (items) => {
				// What was heard in this round already is the server's to tell.
				await preparing.takePlots(session, items, await preparing.unheard(session));
				await preparing.takeRules(session, items);
			},
			changed: () => void this.reread(),
		});
		if (this.outcome === "done") {
			await preparing.takeAside(session, to);
		}
		if (this.outcome === "outdated") {
			void updates.look();
		}
		if (this.outcome === "done" && Date.now() - this.#learnedAt > LEARN_EVERY_MS) {
			await this.#learn(session, to);
			this.#learnedAt = Date.now();
		}
	}

	/** What changes seldom is not asked for with every round: links are thin. */
	async #learn(session: Session, to: Connection): Promise<void> {
		const me = await preparing.whoAmI(to);
		if (me && typeof me === "object") {
			this.me = me;
			await session.keep("me", me);
			await preparing.learnNames(session, to, me);
		}
		await session.keep("contact", Date.now());
		await refill(session, to);
		await preparing.dueDates(session, to, await preparing.unheard(session));
		await preparing.takeReturns(session, to, await preparing.unheard(session));
		await takeVisits(session, to);
		await preparing.rules(session, to);
		const taken = this.items.filter(({ kind }) => kind === "photo").map(({ target }) => target);
		await takeQuestions(session, to, new Set(taken));
		await fetchRecipient(session, to);
		await this.#askAboutKey(session, to);
	}

	/** The phone's key is announced first, as number 0 of its chain. */
	async #announceKey(session: Session): Promise<void> {
		if (await session.doc("chain")) {
			return;
		}
		const body = await publicJwk(session.signing);
		await session.capture({
			kind: "device_key",
			target: session.signing.id,
			method: "PUT",
			path: "/api/v1/device/key",
			body,
		});
	}

	async #askAboutKey(session: Session, to: Connection): Promise<void> {
		interface Key {
			key_id: string;
			code?: string | null;
			confirmed_at?: string | null;
		}
		const answer = await call<Key[]>(to, "GET", "/api/v1/device/key");
		if (answer.kind !== "ok") {
			return;
		}
		const own = answer.value.find((key) => key.key_id === session.signing.id);
		this.isKeyConfirmed = Boolean(own?.confirmed_at);
		this.keyCode = own?.code ?? null;
		await session.keep("key_confirmed", this.isKeyConfirmed);
		await session.keep("key_code", this.keyCode);
	}

	/** Takes along what a patrol needs without a network. */
	async prepare(): Promise<void> {
		const session = this.session;
		const to = await session?.doc<Connection>("connection");
		if (!session || !to) {
			return;
		}
		this.steps = {};
		await session.keep("steps", {});
		this.#learnedAt = 0;
		const isKept = isAppKept();
		// What a round already under way has not asked for, the next one asks.
		await this.#running.catch(() => undefined);
		await this.sync();
		this.steps.app = await isKept;
		this.steps.plots = this.outcome === "done";
		this.steps.key = this.isKeyConfirmed;
		const me = this.me;
		if (!me) {
			return;
		}
		this.steps.areas = await preparing.areas(session, to, me, this.fix);
		this.steps.risk = await preparing.riskAreas(session, to);
		this.steps.nonces = await preparing.nonces(session, to);
		this.communes = (await session.doc<preparing.Drawn[]>("communes")) ?? [];
		this.risk = (await session.doc<preparing.Drawn[]>("risk")) ?? [];
		await session.keep("steps", $state.snapshot(this.steps));
		await this.reread();
	}

	/** A receiver that has said nothing for a while is asked anew. */
	#askAgain(): void {
		const last = Math.max(this.#askedAt, this.fix ? Date.parse(this.fix.t) : 0);
		if (this.#stopWatching && this.now - last > ASK_AFTER_MS) {
			this.#watch();
		}
	}

	#watch(): void {
		this.#askedAt = Date.now();
		this.#stopWatching?.();
		this.#stopWatching = watch(
			(fix) => void this.#took(fix),
			(why) => {
				this.fault = why;
			},
		);
	}

	async #took(fix: Fix): Promise<void> {
		this.fix = fix;
		this.fault = null;
		const { patrol, session } = this;
		if (!patrol || patrol.isPaused || !session || fix.t === this.#lastKept) {
			return;
		}
		this.#lastKept = fix.t;
		this.#unkept.push({ patrol: patrol.id, fix, interrupted: this.#isInterrupted });
		this.#isInterrupted = false;
		await this.#keepFixes(session);
	}

	/** One after the other; what finds no room, or failed, stays in line until the next reading. */
	#keepFixes(session: Session): Promise<void> {
		const before = this.#keeping.catch(() => undefined);
		this.#keeping = before.then(async () => {
			for (let next = this.#unkept[0]; next; next = this.#unkept[0]) {
				const { patrol, fix, interrupted } = next;
				const isKept = await this.kept(async () => {
					await session.keepFix(patrol, { ...fix, interrupted });
					return true;
				});
				if (!isKept) {
					return;
				}
				this.#unkept.shift();
				const walk = { ...this.walk };
				take(walk, fix, interrupted);
				this.walk = walk;
			}
		});
		return this.#keeping;
	}

	/** A hidden page records nothing: what comes next does not join what was before. */
	#seen(): void {
		if (document.visibilityState === "hidden") {
			this.#isInterrupted = true;
		} else {
			void this.sync();
		}
	}

	async startPatrol(plan: Plan): Promise<void> {
		if (!this.session) {
			return;
		}
		const session = this.session;
		const patrol = await this.kept(() => recording.start(session, plan, this.me?.org ?? null));
		if (!patrol) {
			return;
		}
		this.walk = emptyWalk();
		this.patrol = patrol;
		this.unfinished = null;
		await this.#screen.hold();
		await this.reread();
		if (this.fix && Date.now() - Date.parse(this.fix.t) < 10_000) {
			await this.#took(this.fix);
		}
		void this.sync();
	}

	async resumePatrol(): Promise<void> {
		this.patrol = this.unfinished;
		this.unfinished = null;
		this.#isInterrupted = true;
		await this.#screen.hold();
	}

	async pausePatrol(isPaused: boolean): Promise<void> {
		if (!this.patrol || !this.session) {
			return;
		}
		this.patrol = { ...this.patrol, isPaused };
		this.#isInterrupted = true;
		const { patrol, session } = this;
		await this.kept(() => session.keep("patrol", patrol));
	}

	async endPatrol(patrol: Under): Promise<void> {
		const session = this.session;
		if (!session) {
			return;
		}
		await this.#keepFixes(session);
		const hasEnded = await this.kept(async () => {
			await recording.end(session, patrol);
			return true;
		});
		if (!hasEnded) {
			return;
		}
		this.patrol = null;
		this.unfinished = null;
		await this.#screen.release();
		await this.reread();
		void this.sync();
	}

	async shots(plot: string | null): Promise<Shot[]> {
		return (await this.session?.doc<Shot[]>(shotsKey(plot))) ?? [];
	}

	async keepShot(bytes: ArrayBuffer, moment: Moment, aim: Aim): Promise<Shot | null> {
		if (!this.session) {
			return null;
		}
		const shot = await keepShot(this.session, bytes, moment, aim);
		await this.reread();
		void this.sync();
		return shot;
	}
}

/** What waits for its next try is due now. */
async function hurry(session: Session): Promise<void> {
	for (const item of await session.items()) {
		if (item.nextAt > 0 && item.receipt === null && item.state !== "refused") {
			await session.note(item, { nextAt: 0 });
		}
	}
}

function isUnsent(item: Item): boolean {
	return item.original !== null && (item.original.state === "waiting" || item.original.state === "sending");
}

const isRefused = (item: Item): boolean => item.state === "refused" || item.original?.state === "refused";

export const app = new FieldApp();
