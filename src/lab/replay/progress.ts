import type { Progress } from "../config/options.js";
import { count, instant, spell } from "../../format/quantities.js";

/**
 * The output of the progress. A terminal shows one line that is redrawn. Any other output gets a
 * new line at intervals.
 */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR = 24;
const CLEAR = "\r\u001B[K";
/** Interval between redraws on a terminal, and between lines elsewhere [%]. */
const EVERY = { terminal: 1, lines: 10 } as const;
/** The remaining time is shown after this run time [ms] and this share of the work [%]. */
const ESTIMATE_FROM = { ms: 1500, percent: 3 };

const PHASES: Readonly<Record<Progress["phase"], string>> = {
  opening: "Opening vaults",
  replaying: "Replaying",
};

/** Shows the progress of a replay from its start. */
export class ProgressLine {
  private shown = -1;
  private phase: Progress["phase"] | null = null;
  private last: Progress | null = null;
  private startedAt = 0;

  /**
   * @param title precedes each line unless it is empty
   * @param now a clock [ms]
   */
  constructor(
    private readonly screen: Screen,
    private title = "",
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Begins another replay. */
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
      // Write nothing before the first work is done, because an input error must be the only line.
      if (done > 0) this.screen.write(`${words}: ${percent} %${left}\n`);
      return;
    }
    const full = Math.round((percent * BAR) / 100);
    const bar = `[${"#".repeat(full)}${".".repeat(BAR - full)}]`;
    this.screen.write(`${CLEAR}${words} ${bar} ${percent} %${left}`);
  }

  /** Clears the line on a terminal. */
  clear(): void {
    if (this.screen.isTTY === true && this.last !== null) this.screen.write(CLEAR);
  }

  /** The progress so far, as a sentence. */
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
