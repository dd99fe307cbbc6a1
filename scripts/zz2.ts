import { network } from "hardhat";
import { measure } from "../src/bench/gas.ts";
const c = await network.create();
const provider = c.provider as any;
const orig = provider.request.bind(provider);
const hashes: string[] = [];
provider.request = async (a: any) => { const r = await orig(a); if (a.method === "eth_sendTransaction" || a.method==="eth_sendRawTransaction") hashes.push(r); return r; };
try { await measure(c); } catch (e) { }
console.log(hashes.length);
const idx = process.argv.slice(2).map(Number);
for (const i of idx.length?idx:hashes.map((_,k)=>k).slice(-12)) {
  const h = hashes[i];
  const tx = await orig({method:"eth_getTransactionByHash",params:[h]});
  const rc = await orig({method:"eth_getTransactionReceipt",params:[h]});
  console.log("=====", i, tx.input.slice(0,10), Number(rc.gasUsed), "calldata", (tx.input.length-2)/2);
  if (!idx.length) continue;
  const tr = await orig({method:"debug_traceTransaction",params:[h,{disableMemory:true}]});
  const stackAddr: string[] = [tx.to]; 
  const cost: Record<string, Record<string, number>> = {};
  const cnt: Record<string, Record<string, number>> = {};
  const logs = tr.structLogs;
  const frames: {addr:string}[] = [{addr:tx.to}];
  for (let k=0;k<logs.length;k++) {
    const l = logs[k]; const n = logs[k+1];
    while (frames.length > l.depth) frames.pop();
    const addr = frames[l.depth-1]?.addr ?? "?";
    let op = l.op; let g = l.gasCost;
    if (/CALL$|STATICCALL|DELEGATECALL|CREATE/.test(op)) {
      // inner gas: own cost= gas before - gas at n (if entered) - gas forwarded
      const st = l.stack; const to = "0x"+st[st.length-2].replace(/^0x/,"").padStart(64,"0").slice(24);
      if (n && n.depth > l.depth) { g = l.gas - 0; // compute after
        // find return
        let j=k+1; while (j<logs.length && logs[j].depth>l.depth) j++;
        const inner = n.gas; const after = logs[j]?.gas ?? 0; // l.gas - own - forwarded + returned = after
        let last = logs[j-1]; const left = last.gas-last.gasCost; 
        g = l.gas - after - (inner - left);
        frames[l.depth] = {addr: op==="DELEGATECALL"?addr:to};
      }
      op = g>=2500? op+"(cold)":op;
    } else if (op==="SLOAD") op = g>=2000?"SLOAD(cold)":"SLOAD(warm)";
    else if (op==="SSTORE") op = "SSTORE("+g+")";
    else if (/^LOG/.test(op)) {}
    else if (/TLOAD|TSTORE/.test(op)) op="T*";
    else op = "compute";
    (cost[addr]??={})[op]=(cost[addr]![op]??0)+g; (cnt[addr]??={})[op]=(cnt[addr]![op]??0)+1;
  }
  for (const [a,o] of Object.entries(cost)) { const t=Object.values(o).reduce((x,y)=>x+y,0); console.log(a.slice(0,8), t, Object.entries(o).sort((x,y)=>y[1]-x[1]).map(([k,v])=>`${k}:${v}x${cnt[a]![k]}`).join("  ")); }
}
