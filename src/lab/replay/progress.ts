import type { Progress } from "../config/options.js";
import { count, instant, spell } from "../../format/quantities.js";

/** Where progress is shown: a terminal gets one line that is drawn again, anything else a line now and then. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR = 24;
const CLEAR = "\r\u001B[K";
/** On a terminal the line is drawn again for every so many percent, elsewhere a line is written for every so many. */
const EVERY = { terminal: 1, lines: 10 } as const;
/** The time left is told after so long, and so much of the work [ms, %]. */
const ESTIMATE_FROM = { ms: 1500, percent: 3 };

const PHASES: Readonly<Record<Progress["phase"], string>> = {
  opening: "Opening vaults",
  replaying: "Replaying",
};

/** Shows how far a replay is, from its first second. */
export class ProgressLine {
  private shown = -1;
  private phase: Progress["phase"] | null = null;
  private last: Progress | null = null;
  private startedAt = 0;

  /** @param title said before each line; empty: nothing @param now a clock [ms] */
  constructor(
    private readonly screen: Screen,
    private title = "",
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Another replay begins. */
  begin(title: string): void {
    this.clear();
    this.title = title;
    this.phase = null;
    this.last = null;
  }

  show(progress: Progress): void {
    const { phase, done, total } = progress;
    this.last = progress;
    if (phase !== this.phase) {
      this.phase = phase;
      this.startedAt = this.now();
      this.shown = -1;
    }
    const percent = total === 0 ? 100 : Math.floor((done * 100) / total);
    const every = this.screen.isTTY === true ? EVERY.terminal : EVERY.lines;
    const step = percent - (percent % every);
    if (step === this.shown) return;
    this.shown = step;
    const words = `${this.title === "" ? "" : `${this.title}: `}${PHASES[phase]}`;
    const left = this.timeLeft(percent, done, total);
    if (this.screen.isTTY !== true) {
      // What is refused before anything is done is refused in one line.
      if (done > 0) this.screen.write(`${words}: ${percent} %${left}\n`);
      return;
    }
    const full = Math.round((percent * BAR) / 100);
    const bar = `[${"#".repeat(full)}${".".repeat(BAR - full)}]`;
    this.screen.write(`${CLEAR}${words} ${bar} ${percent} %${left}`);
  }

  /** Takes the line off a terminal. */
  clear(): void {
    if (this.screen.isTTY === true && this.last !== null) this.screen.write(CLEAR);
  }

  /** Where the replay is, as a sentence. */
  where(): string {
    if (this.last === null) return "Stopped before the replay began.";
    const { phase, done, total, time } = this.last;
    const percent = total === 0 ? 100 : Math.floor((done * 100) / total);
    const title = this.title === "" ? "" : `${this.title}, `;
    if (phase === "opening")
      return `Stopped: ${title}${count(done)} of ${count(total)} vaults opened (${percent} %).`;
    const at = time === undefined ? "" : `, at ${instant(time)} of the scenario`;
    return `Stopped: ${title}step ${count(done)} of ${count(total)} (${percent} %)${at}.`;
  }

  private timeLeft(percent: number, done: number, total: number): string {
    const elapsed = this.now() - this.startedAt;
    if (elapsed < ESTIMATE_FROM.ms || percent < ESTIMATE_FROM.percent || done >= total) return "";
    return `, about ${spell(Math.max(1, Math.round((elapsed * (total - done)) / done / 1000)))} left`;
  }
}
