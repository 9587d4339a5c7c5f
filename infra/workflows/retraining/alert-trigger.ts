import { containerSecurityContext, podSecurityContext } from "../../kubernetes/security-context";
import {
  encryptedStorageClass,
  namespaces,
  accounts,
  trainingLabels,
} from "../../kubernetes/labels";
import { eventSourceName, webhook } from "../../kubernetes/retraining-webhook";
import {
  retrainingLabels,
  retrainingNames,
  trainingMetadata,
  triggers,
  type RetrainingSettings,
} from "./definition";
import { parameters } from "./steps";
import { retrainingCandidate } from "../../gates/alerts";

/**
 * Name of the event that a post of Alertmanager is, and of the bus that carries it. Argo Events
 * takes the bus `default` by itself.
 */
const eventName = "alerts";
const busName = "default";
const busVersion = "2.10.10";

const small = { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "128Mi" } } as const;
const container = { resources: small, securityContext: containerSecurityContext } as const;

function shared(name: string) {
  return {
    name,
    namespace: namespaces.training,
    labels: trainingLabels,
  };
}

/**
 * The bus between webhook and sensors: three servers in prod, events kept on encrypted volumes
 * until a sensor has taken them.
 */
export function eventBus({ environment }: Pick<RetrainingSettings, "environment">) {
  const replicas = environment === "prod" ? 3 : 1;
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "EventBus",
    metadata: shared(busName),
    spec: {
      jetstream: {
        version: busVersion,
        replicas,
        streamConfig: `replicas: ${replicas}\nmaxAge: 24h\n`,
        persistence: {
          storageClassName: encryptedStorageClass,
          accessMode: "ReadWriteOnce",
          volumeSize: "5Gi",
        },
        securityContext: podSecurityContext,
        containerTemplate: container,
        reloaderContainerTemplate: container,
        metricsContainerTemplate: container,
      },
    },
  };
}

/**
 * The webhook to which Alertmanager posts; one for all models. Network policies let only
 * Alertmanager's namespace at it.
 */
export function eventSource() {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "EventSource",
    metadata: shared(eventSourceName),
    spec: {
      eventBusName: busName,
      replicas: 1,
      template: { container, securityContext: podSecurityContext },
      service: {
        ports: [{ name: "http", port: webhook.port, targetPort: webhook.port, protocol: "TCP" }],
      },
      webhook: {
        [eventName]: {
          port: String(webhook.port),
          endpoint: webhook.path,
          method: "POST",
          maxPayloadSize: 262_144,
        },
      },
    },
  };
}

/**
 * A value that a filter takes; filters of Argo Events are regular expressions, found anywhere in
 * the text unless anchored.
 */
const exactly = (value: string) => [`^${value}$`];

/**
 * Posts that start a run of a model: alerts that fire, that all belong to the model, and that a new
 * training may cure.
 */
export function alertFilter(model: string) {
  return {
    data: [
      { path: "body.status", type: "string", value: exactly("firing") },
      { path: "body.commonLabels.model", type: "string", value: exactly(model) },
      { path: "body.commonLabels.retraining", type: "string", value: exactly(retrainingCandidate) },
    ],
  } as const;
}

/**
 * The causes of a run, taken from a post: which alerts fire and since when. A gjson path. Nothing
 * else of the post reaches a workflow: whoever may write an alert's text must not be able to write
 * a command line.
 */
export const causesPath = 'body.alerts.#(status=="firing")#.{fingerprint,startsAt}';

/**
 * Starts a run when a retraining alert of the model fires. Whether the run goes ahead is decided by
 * its first step.
 */
export function sensor({ contract }: Pick<RetrainingSettings, "contract">) {
  const names = retrainingNames(contract.name);
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Sensor",
    metadata: trainingMetadata(contract.name, names.sensor),
    spec: {
      eventBusName: busName,
      replicas: 1,
      template: {
        serviceAccountName: accounts.sensor,
        container,
        securityContext: podSecurityContext,
      },
      dependencies: [
        { name: eventName, eventSourceName, eventName, filters: alertFilter(contract.name) },
      ],
      triggers: [
        {
          // Spreads a burst; Argo Events delays what is over the limit and drops nothing, so the
          // budget is the admission's.
          rateLimit: { unit: "Minute", requestsPerUnit: 1 },
          retryStrategy: { steps: 3, duration: "10s", factor: 2 },
          template: {
            name: "retrain",
            k8s: {
              operation: "create",
              source: { resource: triggeredWorkflow(contract.name, names.template) },
              parameters: [
                {
                  src: { dependencyName: eventName, dataKey: causesPath },
                  dest: "spec.arguments.parameters.1.value",
                },
              ],
            },
          },
        },
      ],
    },
  };
}

function triggeredWorkflow(model: string, template: string) {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: {
      generateName: `${template}-`,
      namespace: namespaces.training,
      labels: retrainingLabels(model),
    },
    spec: {
      workflowTemplateRef: { name: template },
      arguments: {
        parameters: [
          { name: parameters.trigger, value: triggers.alert },
          { name: parameters.causes, value: "[]" },
        ],
      },
    },
  };
}
