// Makes the model of a server fail or take its time, as a badly built one would: loaded before the
// server, beside its packages.
import { Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import onnxruntime from "onnxruntime-node";

const share = Number(process.env.FAULT_SHARE);
const milliseconds = Number(process.env.FAULT_MILLISECONDS ?? 0);
let listening = false;

// A fault that showed while the model is verified would keep the server from starting at all.
const { listen } = Server.prototype;
Server.prototype.listen = function armed(...args) {
  listening = true;
  return listen.apply(this, args);
};

const { prototype } = onnxruntime.InferenceSession;
const { run } = prototype;
prototype.run = async function faulty(...args) {
  if (listening && Math.random() < share) {
    if (milliseconds === 0) throw new Error("the model failed");
    await sleep(milliseconds);
  }
  return run.apply(this, args);
};
