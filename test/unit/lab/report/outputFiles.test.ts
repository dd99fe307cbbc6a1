import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";

import { InputError } from "../../../../src/format/inputError.js";
import { type Patience, prepare, writeJson, writeReport } from "../../../../src/lab/report/outputFiles.js";
import { scratch } from "../../../support/process.js";
import { skipUnless } from "../../../support/skip.js";

describe("Where results go", () => {
  let directory: Awaited<ReturnType<typeof scratch>>;
  const at = (...names: string[]): string => join(directory.path, ...names);
  beforeEach(async () => {
    directory = await scratch();
  });
  afterEach(() => directory.remove());

  const wanted = (out: string, json?: string, force = false) => ({
    out: at(out),
    json: json && at(json),
    force,
  });
  const refusal = async (work: Promise<unknown>): Promise<string> => {
    const error = await work.then(
      () => expect.fail("was not refused"),
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(Error);
    return (error as Error).message.replaceAll(directory.path, "");
  };

  it("is made and tried beforehand, and taken away again if nothing was written", async () => {
    const undo = await prepare(wanted("a/b/c", "r.json"));
    expect(await readdir(at("a/b"))).to.deep.equal(["c"]);
    expect(await readdir(at("a/b/c"))).to.deep.equal([]);
    undo();
    expect(await readdir(directory.path)).to.deep.equal([]);
  });

  it("is not taken away with something in it", async () => {
    const undo = await prepare(wanted("a/b"));
    await writeReport(wanted("a/b"), "page");
    undo();
    expect(await readdir(at("a/b"))).to.deep.equal(["report.html"]);
  });

  it("is refused with option and path where it is a file, below a file, or no file", async () => {
    await writeFile(at("file"), "");
    await mkdir(at("folder"));
    for (const [out, json, message] of [
      ["file", undefined, '--out: "/file": "/file" is a file, must be a folder'],
      ["file/deep", undefined, '--out: "/file/deep": "/file" is a file, must be a folder'],
      ["new", "folder", '--json: "/folder": must be a file'],
      ["new", "none/r.json", '--json: "/none": must be an existing folder'],
      ["new", "file", '--json: "/file": exists; give another name, or --force to replace it'],
    ] as const) {
      const error = prepare(wanted(out, json));
      expect(await refusal(error)).to.equal(message);
      await error.catch((thrown: unknown) => expect(thrown).to.be.instanceOf(InputError));
    }
    expect(await readdir(directory.path)).to.deep.equal(["file", "folder"]);
  });

  it("is refused where nothing can be made, without waiting", async function () {
    skipUnless(process.platform === "linux", this, "only Linux has a folder in which nobody can make one");
    const error = prepare({ out: "/proc/breakwater/report", json: undefined, force: false });
    expect(await refusal(error)).to.match(
      /^--out: "\/proc\/breakwater\/report": cannot be written to \(\w+\)$/,
    );
  });

  it("is refused where it does not answer in time", async () => {
    await writeFile(at("file"), "");
    const atOnce: Patience = (late) => {
      late();
      return () => undefined;
    };
    expect(await refusal(prepare(wanted("file"), atOnce))).to.equal(
      '--out: "/file": does not answer within 5 s',
    );
  });

  it("is waited for no longer once it has answered", async () => {
    let waiting = 0;
    const counted: Patience = () => {
      waiting++;
      return () => {
        waiting--;
      };
    };
    await prepare(wanted("a", "r.json"), counted);
    expect(waiting).to.equal(0);
  });

  it("keeps what an earlier run wrote, unless it is forced to replace it", async () => {
    const first = await writeReport(wanted("."), "one");
    const second = await writeReport(wanted("."), "two");
    expect([first, second]).to.deep.equal([at("report.html"), at("report-2.html")]);
    expect(await readFile(first, "utf8")).to.equal("one");
    await writeReport(wanted(".", undefined, true), "three");
    expect(await readFile(first, "utf8")).to.equal("three");
    await writeJson(wanted(".", "r.json"), { a: 1 });
    expect(await refusal(writeJson(wanted(".", "r.json"), {}))).to.equal(
      'result: "/r.json": cannot be written (it exists since the run began)',
    );
    await writeJson(wanted(".", "r.json", true), { b: 2 });
    expect(await readFile(at("r.json"), "utf8")).to.equal('{\n  "b": 2\n}\n');
  });
});
