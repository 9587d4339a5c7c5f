/**
 * Metrics that others export and that our rules, dashboards and monitors use, by who exports them.
 * Monitors keep these and drop the thousands beside them; a name that is not here is in no query
 * (`test/consistency`). Names as of the versions in the add-on catalogue.
 */
export const foreign = {
  /** Made by Prometheus itself. */
  prometheus: { alerts: "ALERTS" },
  /** Proxies of the mesh, beside each server and at the gateway. */
  proxy: {
    requests: "istio_requests_total",
    durations: "istio_request_duration_milliseconds_bucket",
  },
  /** Control plane of the mesh. */
  istiod: {
    convergence: "pilot_proxy_convergence_time_bucket",
    rejects: "pilot_total_xds_rejects",
    proxies: "pilot_xds",
  },
  /** cAdvisor in the kubelet; `id="/"` is the node as a whole. */
  kubelet: {
    cpu: "container_cpu_usage_seconds_total",
    cpuPeriods: "container_cpu_cfs_periods_total",
    cpuThrottled: "container_cpu_cfs_throttled_periods_total",
    memory: "container_memory_working_set_bytes",
    disk: "container_fs_usage_bytes",
    diskSize: "container_fs_limit_bytes",
  },
  /** kube-state-metrics: what the API server knows of nodes and pods. */
  cluster: {
    nodeCondition: "kube_node_status_condition",
    allocatable: "kube_node_status_allocatable",
    job: "kube_job_info",
    cronJobSucceeded: "kube_cronjob_status_last_successful_time",
    cronJobCreated: "kube_cronjob_created",
    restarts: "kube_pod_container_status_restarts_total",
    replicas: "kube_horizontalpodautoscaler_status_current_replicas",
    replicasMost: "kube_horizontalpodautoscaler_spec_max_replicas",
  },
  /** NVIDIA's exporter on GPU nodes, which names the pod that uses the GPU. */
  gpu: {
    use: "DCGM_FI_DEV_GPU_UTIL",
    memoryUsed: "DCGM_FI_DEV_FB_USED",
    memoryFree: "DCGM_FI_DEV_FB_FREE",
  },
  /** Argo Rollouts. */
  rollouts: {
    rollout: "rollout_info",
    analysis: "analysis_run_info",
    analysisMetric: "analysis_run_metric_phase",
  },
  /** Argo Workflows. */
  workflows: {
    running: "argo_workflows_gauge",
    entered: "argo_workflows_total_count",
    scheduled: "argo_workflows_cronworkflows_triggered_total",
    runtime: "argo_workflows_workflowtemplate_runtime_bucket",
    byTemplate: "argo_workflows_workflowtemplate_triggered_total",
  },
  /** Argo Events: the event source that hears alerts, and the sensors that start runs. */
  events: {
    sent: "argo_events_events_sent_total",
    triggered: "argo_events_action_triggered_total",
    failed: "argo_events_action_failed_total",
  },
  /** KEDA. */
  autoscaler: {
    errors: "keda_scaled_object_errors_total",
    latency: "keda_scaler_metrics_latency_seconds",
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type ForeignSource = keyof typeof foreign;

/** Every metric of others that a query may use. */
export const foreignMetrics: readonly string[] = Object.values(foreign).flatMap((metrics) =>
  Object.values(metrics),
);
