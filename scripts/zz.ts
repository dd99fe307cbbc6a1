import { network } from "hardhat";
import { measure } from "../src/bench/gas.ts";
const c = await network.create();
try { console.log(await measure(c)); } catch (e) { console.log((e as Error).message.slice(0,200)); }
