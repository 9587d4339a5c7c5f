import type { Rehearsal } from "../result"; export function reportPage(r: Rehearsal): string { return r.model; }
