import type { Plugin } from "vite";

export function fieldWorker(): Plugin;
