// The layers of the tree (docs/architecture.md, docs/adr/0011-layers.md), lowest first: a file imports
// from its own layer and from those below it. There is no list of exceptions.
const contract = ["services/contract"];
const evidence = [...contract, "services/evidence"];
/** Layers of infra; serving and workflows stand side by side. */
const infra = [
  ["infra/kubernetes"],
  ["infra/gates"],
  ["infra/observability"],
  ["infra/aws"],
  ["infra/region"],
  ["infra/platform"],
  ["infra/serving", "infra/workflows"],
  ["infra/cost"],
  ["infra/stack"],
  ["infra/index.ts"],
];
const programs = ["services/model-server", "services/delivery", "services/training"];
const product = [...evidence, ...infra.flat(), "policies", ...programs];

/** What each layer may import besides itself. */
const below = {
  "services/contract": [],
  "services/evidence": contract,
  ...Object.fromEntries(
    infra.flatMap((layers, i) =>
      layers.map((layer) => [layer, [...evidence, ...infra.slice(0, i).flat()]]),
    ),
  ),
  policies: evidence,
  ...Object.fromEntries(programs.map((program) => [program, evidence])),
  cli: product,
  "test/harness": [...product, "cli"],
  lab: [...product, "cli", "test/harness"],
};

const inside = (paths) => `^(${paths.join("|")})(/|$)`;

export default {
  forbidden: [
    {
      name: "no-cycle",
      severity: "error",
      comment: "Files that import each other cannot be read, tested or moved one by one.",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolved",
      severity: "error",
      comment: "An import that cannot be found says nothing of its layer.",
      from: {},
      to: { couldNotResolve: true, path: "^\\.", pathNot: "\\.(js|json)$" },
    },
    ...Object.entries(below).map(([layer, layers]) => ({
      name: `down-only-from-${layer.replaceAll("/", "-")}`,
      severity: "error",
      comment: `${layer} may import ${layers.length === 0 ? "nothing of the project" : layers.join(", ")}.`,
      from: { path: inside([layer]) },
      to: {
        path: "^(infra|services|policies|cli|lab|test)(/|$)",
        pathNot: inside([layer, ...layers]),
      },
    })),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(node_modules|out|policies/bin)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
