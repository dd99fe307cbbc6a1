import { expect } from "chai";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { line, priceRows } from "../../support/lab/lab.js";
import { type Ended, runScript, scratch, startScript, until } from "../../support/process.js";

describe("the outputs of the crash command", () => {
  let directory: Awaited<ReturnType<typeof scratch>>;
  const at = (name: string): string => join(directory.path, name);
  const crash = (...args: string[]): Promise<Ended> => runScript("crash", args);
  beforeEach(async () => {
    directory = await scratch();
    await writeFile(at("good.csv"), priceRows(300, line(200, 110, 12)));
  });
  afterEach(() => directory.remove());

  it("refuses a report into a file before it replays, with exit code 2", async () => {
    const { code, stdout, stderr } = await crash("--prices", at("good.csv"), "--out", at("good.csv"));
    expect(stderr).to.match(/^--out: "\S+good.csv": "\S+good.csv" is a file, must be a folder\n$/);
    expect([code, stdout]).to.deep.equal([2, ""]);
  });

  it("keeps the report of an earlier run unless it is forced to replace it", async () => {
    await crash("--prices", at("good.csv"), "--vaults", "3", "--out", at("new/report"));
    const page = await readFile(at("new/report/report.html"), "utf8");
    const again = [
      "--prices",
      at("good.csv"),
      "--vaults",
      "2",
      "--out",
      at("new/report"),
      "--title",
      "Client's",
    ];
    const second = await crash(...again);
    expect(second.stdout).to.include(`Report: ${at("new/report/report-2.html")}\n`);
    expect(await readFile(at("new/report/report.html"), "utf8")).to.equal(page);
    const forced = await crash(...again, "--force");
    expect(forced.stdout).to.include(`Report: ${at("new/report/report.html")}\n`);
    const replaced = await readFile(at("new/report/report.html"), "utf8");
    expect(replaced)
      .to.include("<h1>Client&#39;s</h1>")
      .and.to.include("--title &#39;Client&#39;\\&#39;&#39;s&#39;");
    expect(await readdir(at("new/report"))).to.deep.equal(["report-2.html", "report.html"]);
  });

  it("prints the verdict even if its report can no longer be written", async () => {
    const args = ["--prices", at("good.csv"), "--vaults", "2", "--out", at("new/gone")];
    const child = startScript("crash", args);
    await until(() =>
      readdir(at("new/gone")).then(
        () => true,
        () => undefined,
      ),
    );
    await rm(at("new/gone"), { recursive: true });
    const { code, stdout, stderr } = await child.ended;
    expect(stdout).to.match(/^No bad debt\.\n/);
    expect(stderr).to.match(/\nreport: "\S+report.html": cannot be written \(ENOENT\)\n$/);
    expect(code).to.equal(1);
  });

  it("says where it stopped when it is interrupted, and leaves nothing behind", async () => {
    const child = startScript("crash", ["--vaults", "4", "--out", at("new/stopped")]);
    await until(() => (child.stderr().includes("Replaying: 10 %") ? true : undefined));
    child.kill("SIGINT");
    const { code, stderr, stdout } = await child.ended;
    expect(stderr).to.match(
      /\nStopped: step [\d,]+ of 3,449 \(\d+ %\), at 2020-03-1\d \d\d:\d\d(:\d\d)? UTC of the scenario. Nothing was written.\n$/,
    );
    expect([code, stdout]).to.deep.equal([130, ""]);
    expect(await readdir(directory.path)).to.deep.equal(["good.csv"]);
  });
});
