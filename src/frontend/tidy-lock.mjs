// Takes the addresses out of package-lock.json: npm needs none of them, and a lock without hosts works behind any mirror.
import { readFileSync, writeFileSync } from "node:fs";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
for (const entry of Object.values(lock.packages)) {
  delete entry.funding;
  if (!entry.link) delete entry.resolved; // a link's `resolved` is a folder of ours
}
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
