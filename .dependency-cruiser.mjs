/**
 * Which room may import which. A floor lists rooms that may import the floors below, never each other or what is above. Every
 * folder of src/ and deploy/ stands on one floor, otherwise lint fails.
 */
const FLOORS = [
  ["src/format"],
  ["src/model/types"],
  ["src/model/math"],
  ["src/model/prices"],
  ["src/model/policy"],
  ["src/model/core/lendingPool", "src/model/core/backstopPool"],
];
