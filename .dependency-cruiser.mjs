/**
 * Which room may import which. Each floor is a list of rooms that may import the floors below it, not each other and not what
 * is above. A folder of src/ without a floor fails lint, because otherwise new rooms would have no rule.
 */
const FLOORS = [
  ["src/format", "src/build"],
  // The reference model imports nothing but itself.
  ["src/model/types"],
  ["src/model/math"],
  ["src/model/prices"],
  ["src/model/policy"],
  ["src/model/core/lendingPool", "src/model/core/backstopPool"],
  ["src/model/core/auctionHouse"],
  ["src/model/core/vaultEngine"],
  ["src/model"],
  ["src/protocol/parameters"],
  ["src/protocol"],
  ["deploy", "src/twin/operations"],
  ["src/twin"],
  [
    "src/keeper/plan",
    "src/lab/result",
    "src/assurance/coverage",
    "src/assurance/mutation",
    "src/assurance/proof",
  ],
  ["src/keeper/chain", "src/lab/scenario"],
  ["src/keeper/report", "src/lab/config", "src/lab/report/markup", "src/lab/report/text"],
  ["src/keeper/execute", "src/lab/system", "src/lab/report/charts", "src/lab/report/terminal"],
  ["src/keeper", "src/lab/checks", "src/lab/report/html", "src/lab/report"],
  ["src/lab/accounting/balance"],
  ["src/lab/accounting"],
  ["src/lab/agents"],
  ["src/lab/replay"],
  ["src/assurance/gas/peers", "src/assurance/documentation"],
  ["src/assurance/gas"],
  ["src/cli"],
  ["src/commands"],
  ["src/package"],
  ["scripts"],
];

/** A module of exactly this room: not of a room inside it. */
const inRoom = (room) => `^${room}/[^/]+$`;
const anyOf = (rooms) => rooms.map(inRoom).join("|");

// The top floor has nothing above it.
const upward = FLOORS.slice(0, -1).flatMap((rooms, floor) =>
  rooms.map((room) => ({
    name: `floor-of-${room.replaceAll("/", "-")}`,
    comment: `${room} may import what stands below it.`,
    severity: "error",
    from: { path: inRoom(room) },
    to: {
      path: anyOf([...rooms.filter((other) => other !== room), ...FLOORS.slice(floor + 1).flat()]),
    },
  })),
);

export default {
  forbidden: [
    ...upward,
    {
      name: "no-room-without-a-floor",
      comment: "Give the folder a floor in .dependency-cruiser.mjs.",
      severity: "error",
      from: {},
      to: { path: "^(src|deploy|scripts)/", pathNot: anyOf(FLOORS.flat()) },
    },
    {
      name: "no-orphan-room",
      comment: "Nothing imports this file: give it a user, or remove it.",
      severity: "error",
      from: { orphan: true, path: "^(src|deploy)/", pathNot: "\\.json$" },
      to: {},
    },
    {
      name: "model-imports-nothing",
      comment: "The model is arithmetic: no package, no file, no clock.",
      severity: "error",
      from: { path: "^src/model/" },
      to: { pathNot: "^src/model/" },
    },
    {
      name: "configuration-on-top",
      comment: "hardhat.config.ts imports src/package. Code reads the configuration from `hardhat`.",
      severity: "error",
      from: { path: "^(src|deploy|scripts)/" },
      to: { path: "^hardhat\\.config\\.ts$" },
    },
    {
      name: "no-test-in-source",
      comment: "Source does not import tests.",
      severity: "error",
      from: { path: "^(src|deploy|scripts)/" },
      to: { path: "^test/" },
    },
    {
      name: "no-circle",
      comment: "Two files that import each other are one file, or need a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules|^types/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
