import type { core } from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import { followsHome } from "../kubernetes/labels";
import { containerSecurityContext, podSecurityContext } from "../kubernetes/security-context";

/** A program that looks now and then whether there is something to do. */
export interface OrderWatch<J extends object> {
  /** @default "every five minutes" */
  readonly schedule?: keyof typeof schedules;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccountName: string;
  readonly image: pulumi.Input<string>;
  readonly command: readonly string[];
  readonly args: readonly string[];
  /**
   * How often a look is tried again, how long it may take at most, and which failures no other try
   * would change.
   */
  readonly job: J;
  /** Beside the folder for temporary files. */
  readonly volumes?: readonly core.v1.Volume[];
  readonly volumeMounts?: readonly core.v1.VolumeMount[];
  /** Whether it talks to the Kubernetes API. @default true */
  readonly apiToken?: boolean;
  /** Whether it needs buckets of its own region alone, which no internet leads to. @default false */
  readonly staysHome?: boolean;
}

/** How often a program looks. */
const schedules = { "every minute": "* * * * *", "every five minutes": "*/5 * * * *" } as const;

/** Spec of the CronJob that looks, one look at a time; a look ends at once where there is nothing. */
export function orderWatchSpec<J extends object>(watch: OrderWatch<J>) {
  const { job, schedule = "every five minutes", staysHome = false } = watch;
  const labels = {
    ...watch.labels,
    ...(!staysHome && { [followsHome.label]: followsHome.value }),
  };
  return {
    schedule: schedules[schedule],
    timeZone: "Etc/UTC",
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: 240,
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 3,
    jobTemplate: {
      metadata: { labels },
      spec: { ...job, template: { metadata: { labels }, spec: podSpec(watch) } },
    },
  };
}

function podSpec({
  serviceAccountName,
  image,
  command,
  args,
  volumes = [],
  volumeMounts = [],
  apiToken = true,
}: OrderWatch<object>) {
  return {
    serviceAccountName,
    automountServiceAccountToken: apiToken,
    // Each try is a pod of its own, so that what a failed one said can be read.
    restartPolicy: "Never",
    securityContext: podSecurityContext,
    volumes: [{ name: "tmp", emptyDir: { sizeLimit: "1Gi" } }, ...volumes],
    containers: [
      {
        name: "main",
        image,
        imagePullPolicy: "IfNotPresent",
        command: [...command],
        args: [...args],
        resources: {
          requests: { cpu: "50m", memory: "256Mi" },
          limits: { memory: "256Mi", "ephemeral-storage": "1Gi" },
        },
        securityContext: {
          ...containerSecurityContext,
          capabilities: { drop: [...containerSecurityContext.capabilities.drop] },
        },
        volumeMounts: [{ name: "tmp", mountPath: "/tmp" }, ...volumeMounts],
      },
    ],
  };
}
