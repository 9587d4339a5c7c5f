import { subject } from "../../kubernetes";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "access-mesh-extension",
  area: "access",
  description:
    "Nothing may change the proxies of the mesh past its own objects: a filter can take any check away.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Say it by AuthorizationPolicy, VirtualService or Telemetry, and remove the EnvoyFilter, the WasmPlugin or the ProxyConfig.",
  url: "https://istio.io/latest/docs/reference/config/networking/envoy-filter/",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-09" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  types: [
    "kubernetes:networking.istio.io/v1alpha3:EnvoyFilter",
    "kubernetes:extensions.istio.io/v1alpha1:WasmPlugin",
    "kubernetes:networking.istio.io/v1beta1:ProxyConfig",
  ],
  check: (resource) => [`${subject(resource)} must not exist: it changes what proxies check`],
});
