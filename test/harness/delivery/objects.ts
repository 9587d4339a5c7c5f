import { z } from "zod";

/** What the delivery tests read of Kubernetes objects; everything else in them is let through. */
const metadata = z.object({
  name: z.string(),
  uid: z.string(),
  creationTimestamp: z.string(),
  deletionTimestamp: z.string().optional(),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
});

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
});

export const podSchema = z.object({
  metadata,
  spec: z.object({
    nodeName: z.string().optional(),
    containers: z.array(z.object({ name: z.string(), image: z.string() })),
  }),
});
export type Pod = z.output<typeof podSchema>;

export const serviceSchema = z.object({
  metadata,
  spec: z.object({ selector: z.record(z.string(), z.string()) }),
});
export type Service = z.output<typeof serviceSchema>;

const text = z.object({
  exact: z.string().optional(),
  prefix: z.string().optional(),
  regex: z.string().optional(),
});
export type TextMatch = z.output<typeof text>;

const match = z.object({
  uri: text.optional(),
  path: text.optional(),
  method: text.optional(),
  headers: z.record(z.string(), text).optional(),
});
const routeSchema = z.object({
  name: z.string().optional(),
  match: z.array(match).optional(),
  route: z.array(
    z.object({
      destination: z.object({ host: z.string(), subset: z.string().optional() }),
      weight: z.number().optional(),
    }),
  ),
  mirror: z.object({ host: z.string() }).optional(),
  mirrorPercentage: z.object({ value: z.number() }).optional(),
});
export type Route = z.output<typeof routeSchema>;

export const virtualServiceSchema = z.object({
  metadata,
  spec: z.object({ http: z.array(routeSchema) }),
});
export type VirtualService = z.output<typeof virtualServiceSchema>;

const trafficPolicy = z.object({
  loadBalancer: z
    .object({ consistentHash: z.object({ httpHeaderName: z.string() }).optional() })
    .optional(),
});
export const destinationRuleSchema = z.object({
  metadata,
  spec: z.object({
    host: z.string(),
    trafficPolicy: trafficPolicy.optional(),
    subsets: z
      .array(z.object({ name: z.string(), trafficPolicy: trafficPolicy.optional() }))
      .default([]),
  }),
});
export type DestinationRule = z.output<typeof destinationRuleSchema>;

export const rolloutSchema = z.object({
  metadata,
  spec: z.object({
    strategy: z.object({
      canary: z.object({
        steps: z.array(
          z.object({
            pause: z.object({ duration: z.union([z.string(), z.number()]).optional() }).optional(),
          }),
        ),
      }),
    }),
  }),
  status: z
    .object({
      phase: z.string().optional(),
      message: z.string().optional(),
      abort: z.boolean().optional(),
      observedGeneration: z.string().optional(),
      currentPodHash: z.string().optional(),
      stableRS: z.string().optional(),
      currentStepIndex: z.number().optional(),
      pauseConditions: z.array(z.object({ reason: z.string() })).optional(),
      conditions: z.array(condition).default([]),
    })
    .default({ conditions: [] }),
});
export type Rollout = z.output<typeof rolloutSchema>;

export const analysisRunSchema = z.object({
  metadata,
  status: z
    .object({
      phase: z.string().optional(),
      message: z.string().optional(),
      metricResults: z
        .array(
          z.object({
            name: z.string(),
            phase: z.string(),
            message: z.string().optional(),
            measurements: z
              .array(
                z.object({
                  phase: z.string(),
                  value: z.string().optional(),
                  message: z.string().optional(),
                }),
              )
              .default([]),
          }),
        )
        .default([]),
    })
    .default({ metricResults: [] }),
});
export type AnalysisRun = z.output<typeof analysisRunSchema>;
