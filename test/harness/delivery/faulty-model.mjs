// Makes the model of a server fail or take its time, as a badly built one would: loaded before the
// server, beside its packages.
import { readFileSync, writeFileSync } from "node:fs";
import { Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import onnxruntime from "onnxruntime-node";

const { FAULT_FAILURES: failures } = process.env;
const share = Number(process.env.FAULT_SHARE);
const milliseconds = Number(process.env.FAULT_MILLISECONDS ?? 0);
let listening = false;

// A fault that showed while the model is verified would keep the server from starting at all.
const { listen } = Server.prototype;
Server.prototype.listen = function armed(...args) {
  listening = true;
  return listen.apply(this, args);
};

/** Whether a run goes wrong: by chance, or because a test asked for failures that are still left. */
function strikes() {
  if (failures === undefined) return Math.random() < share;
  const left = Number(readFileSync(failures, "utf8"));
  if (left > 0 && left < Infinity) writeFileSync(failures, String(left - 1));
  return left > 0;
}

const { prototype } = onnxruntime.InferenceSession;
const { run } = prototype;
prototype.run = async function faulty(...args) {
  if (listening && strikes()) {
    if (milliseconds === 0) throw new Error("the model failed");
    await sleep(milliseconds);
  }
  return run.apply(this, args);
};
