/** A change that a rule must find: a resource, a field and its new value. */
export type Row = [rule: string, target: string, path?: string, value?: unknown];

export const pod = "spec/template/spec";
export const server = `${pod}/containers/0`;
export const rollout = "eu-west-1-loan-approval-rollout :Rollout";
export const service = "eu-west-1-loan-approval :ModelService";
export const scaler = "eu-west-1-loan-approval-autoscaler :ScaledObject";
export const retraining = "eu-west-1-retraining-loan-approval-template :WorkflowTemplate";
export const erasure = "eu-west-1-erasure-template :WorkflowTemplate";
export const sensor = "eu-west-1-retraining-loan-approval-sensor :Sensor";
/** Task and template of a step, by their places: the DAG comes first, the suspended node second. */
export const promotion = { task: "spec/templates/0/dag/tasks/15", template: "spec/templates/16" };
export const cluster = "eu-west-1-cluster eks/cluster:Cluster";
export const alb = "eu-west-1-entry-lb :LoadBalancer";
export const key = "foundation-keys-data kms/key:Key";
export const data = (part: string) => `foundation-buckets-data-eu-west-1-${part}`;
export const audit = (part: string) => `foundation-buckets-audit-eu-west-1-${part}`;

/** A statement added to a policy document that is kept as JSON. */
export const withStatement = (statement: object) => (text: string) => {
  const document = JSON.parse(text) as { Statement: object[] };
  return JSON.stringify({ ...document, Statement: [...document.Statement, statement] });
};
export const withoutStatements = (text: string) =>
  JSON.stringify({ ...(JSON.parse(text) as object), Statement: [] });
export const everything = { Effect: "Allow", Action: "*", Resource: "*" };
export const anyone = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" };
export const logs = "eu-west-1-logs-elasticsearch :Elasticsearch";
export const logSettings = "eu-west-1-logs-settings :ConfigMap";
export const shipper = "eu-west-1-logs-shipper :Beat";
export const shipperPod = "spec/daemonSet/podTemplate/spec";
export const withRule = (rule: object) => (existing: object[]) => [...existing, rule];
